import type { VendorApi } from './api.ts'
import { type PullCheck, PullError, type Vendor } from './protocol.ts'

/** Looks at each pass that these collections need, up to the first failure that concerns all. Throws nothing of the vendor's. */
export async function checkVendor(
  vendor: Vendor,
  collections: ReadonlySet<string>,
  api: VendorApi,
): Promise<PullCheck[]> {
  const checks: PullCheck[] = []
  for (const pass of new Set([...vendor.wholePasses(collections), ...vendor.changePasses(collections)])) {
    try {
      await vendor.look(pass, api)
      checks.push({ code: pass, ok: true, words: `${pass} can be read.` })
    } catch (error) {
      if (!(error instanceof PullError)) throw error
      checks.push({ code: pass, ok: false, words: error.message })
      if (error.kind !== 'pass' && error.kind !== 'missing') break
    }
  }
  return checks
}
