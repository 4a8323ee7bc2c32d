/** Numbered checks of a partner's endpoint: the same for whoever makes them, from a terminal or in the portal. */
export {
  beginRun,
  type CertificationRun,
  certificationOf,
  CHECKS,
  CHECKS_VERSION,
  certify,
  type Checked,
  type Certification,
  gradeAt,
  hasErrors,
  isCertified,
  LISTS,
  makeNext,
} from './run.ts'
export type { CertificationCheck, Grade, CheckVerdict } from './check.ts'
export {
  type CertificationOrder,
  type CertificationReport,
  type CertificationState,
  Certifier,
  type CertifierDeps,
  type CertifierStorage,
  KEPT_RUNS,
  type KeptCertification,
} from './certifier.ts'
export type { CertifierRemote } from './remote.ts'
export { ODD_CASES, type OddCaseName, TEST_CALLS } from './cases.ts'
export { sendTestCall } from './console.ts'
export { type Exchange, exchangeWords } from './probe.ts'
export { junitOf, linesOf, summaryOf } from './report.ts'
export type { CertifiedEndpoint } from './endpoint.ts'
