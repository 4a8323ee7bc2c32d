export { publishCertification } from './commands.ts'
export { type CertifiedContent, contentOf } from './content.ts'
export { type Certification, latestCertification, type LatestCertification, standingOf } from './queries.ts'
