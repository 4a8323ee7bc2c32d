import type { Browser } from 'playwright-core'
import { nodeSdks, startNodeBelowPath } from './node-sdks.ts'
import { pageSdks } from './page-sdks.ts'
import { recordedPython } from './recorded.ts'
import type { Certificate } from './rig/certificate.ts'
import { PATH_PREFIX } from './rig/page-of-docs.ts'
import type { Sdk } from './sdk.ts'

/** Those that are used once more below the platform's path, where their other rows say how they take refusals. */
const BELOW_PATH = new Set(['node-3', 'react-native', 'snippet-single', 'next-84-single'])

/** Every row of the table. `authority` is the PEM file of the certificate. */
export async function allSdks(browser: Browser, certificate: Certificate, authority: string): Promise<Sdk[]> {
  const sdks = [...nodeSdks(authority), ...(await pageSdks(browser))]
  return [...sdks, ...sdks.filter(({ slug }) => BELOW_PATH.has(slug)).map(below), recordedPython(certificate)]

  function below(sdk: Sdk): Sdk {
    return {
      ...sdk,
      name: `${sdk.name}, below a path`,
      slug: `${sdk.slug}-path`,
      path: PATH_PREFIX,
      ...(sdk.slug === 'node-3' && { start: startNodeBelowPath(authority) }),
    }
  }
}
