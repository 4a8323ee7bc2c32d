import { afterAll } from 'vitest'

/** Files share a process: digests of a virtual clock (`test/platform/subtle.ts`) end with the file that wanted them. */
afterAll(() => {
  for (const name of Object.getOwnPropertyNames(crypto.subtle)) Reflect.deleteProperty(crypto.subtle, name)
})
