import type { Vendor } from '../protocol.ts'
import { salesforce } from './salesforce.ts'
import { stripe } from './stripe.ts'
import { zendesk } from './zendesk.ts'

/** By what a source's kind is called (`integrations/source-kinds.ts`). */
export const VENDORS: readonly Vendor[] = [stripe, zendesk, salesforce]
