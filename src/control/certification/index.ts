export { publishCertification } from './commands.ts'
export { type CertifiedContent, contentOf } from './content.ts'
export { certifications } from './schema.ts'
export {
  type CertificationRow,
  latestCertification,
  type LatestCertification,
  certificationStanding,
  getTriedIntegration,
  hasEndpoint,
  type TriedIntegration,
} from './queries.ts'
