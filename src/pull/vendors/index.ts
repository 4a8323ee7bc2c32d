import type { Vendor } from '../protocol.ts'
import { stripe } from './stripe.ts'

/** By what a source's kind is called (`integrations/source-kinds.ts`). */
export const VENDORS: readonly Vendor[] = [stripe]
