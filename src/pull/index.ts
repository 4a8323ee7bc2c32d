/** Cloud sources: a vendor's objects, pulled into the log of a source's objects; one Durable Object a source. */
export type { AllowedCode } from './access.ts'
export { authorizeUrl, challengeOf, clientOf, isAllowedByPerson, type OAuthClient, readOAuthClients } from './oauth.ts'
export {
  type PullCheck,
  type PullChoice,
  type PulledObject,
  type PulledPage,
  PullError,
  type PullReport,
  type PullRun,
  type PullTerms,
  type PullTrouble,
  type Vendor,
} from './protocol.ts'
export type { PullerDeps } from './deps.ts'
export { PULLER_DIALS, type PullerDials } from './dials.ts'
export { Puller } from './puller.ts'
export type { PullerRemote } from './remote.ts'
export { STRIPE_VERSION } from './vendors/stripe.ts'
export { VENDORS } from './vendors/index.ts'
