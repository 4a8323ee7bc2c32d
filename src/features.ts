import { FEATURE as home } from './control/home/feature.ts'
import { FEATURE as sources } from './control/sources/feature.ts'
import { FEATURE as labels } from './control/labels/feature.ts'
import { FEATURE as destinations } from './control/destinations/feature.ts'
import { FEATURE as cloudSources } from './control/cloud-sources/feature.ts'
import { FEATURE as warehouses } from './control/warehouses/feature.ts'
import { FEATURE as replays } from './control/replays/feature.ts'
import { FEATURE as deadLetters } from './control/dead-letters/feature.ts'
import { FEATURE as alerts } from './control/alerts/feature.ts'
import { FEATURE as catalogue } from './control/catalogue/feature.ts'
import { FEATURE as certification } from './control/certification/feature.ts'
import { FEATURE as oauth } from './control/oauth/feature.ts'
import { FEATURE as portal } from './control/portal/feature.ts'
import { FEATURE as events } from './control/events/feature.ts'
import { FEATURE as schema } from './control/schema/feature.ts'
import { FEATURE as deliveryOverview } from './control/delivery-overview/feature.ts'
import { FEATURE as usage } from './control/usage/feature.ts'
import { FEATURE as people } from './control/people/feature.ts'
import { FEATURE as tokens } from './control/tokens/feature.ts'
import { FEATURE as audit } from './control/audit/feature.ts'
import { FEATURE as workspace } from './control/workspace/feature.ts'
import { FEATURE as front } from './control/front/feature.ts'
import { FEATURE as streamRequests } from './control/stream-requests/feature.ts'
import { FEATURE as coMarketing } from './control/co-marketing/feature.ts'
import { FEATURE as docs } from './control/docs/feature.ts'
import { FEATURE as partners } from './control/partners/feature.ts'
import { FEATURE as lifecycle } from './control/lifecycle/feature.ts'
import { FEATURE as quality } from './control/quality/feature.ts'
import { FEATURE as versions } from './control/versions/feature.ts'
import { FEATURE as redelivery } from './control/redelivery/feature.ts'
import { FEATURE as programme } from './control/programme/feature.ts'
import { FEATURE as reviewers } from './control/reviewers/feature.ts'
import { FEATURE as echo } from './control/echo/feature.ts'
import { FEATURE as recovery } from './control/recovery/feature.ts'
import { FEATURE as reference } from './control/reference/feature.ts'
import { FEATURE as design } from './control/design/feature.ts'
import type { Feature } from './control/feature.ts'

/** The areas of the control panel and of the Public API, in the order of the navigation. */
export const FEATURES: readonly Feature[] = [
  home,
  sources,
  labels,
  destinations,
  cloudSources,
  warehouses,
  replays,
  deadLetters,
  alerts,
  catalogue,
  certification,
  events,
  schema,
  deliveryOverview,
  usage,
  people,
  tokens,
  portal,
  oauth,
  audit,
  workspace,
  partners,
  lifecycle,
  quality,
  versions,
  redelivery,
  reviewers,
  programme,
  streamRequests,
  coMarketing,
  docs,
  front,
  echo,
  recovery,
  reference,
  design,
]
