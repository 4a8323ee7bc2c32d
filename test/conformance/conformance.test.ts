import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, launchBrowser } from '../e2e/browser.ts'
import { startPlatform, startReceiver } from '../e2e/local.ts'
import { selfSigned } from './rig/certificate.ts'
import { type Reaction, refuse } from './rig/measure.ts'
import { documented } from './rig/page-of-docs.ts'
import { measure, type Row } from './row.ts'
import { nodeLegacy, nodeSdks, pageSdks, recordedSdks, type Sdk } from './sdks.ts'
import { markdown, tableOfReadme, writeTable } from './table.ts'

const dir = await mkdtemp(join(tmpdir(), 'sluice-conformance-'))
const certificate = selfSigned()
const authority = join(dir, 'authority.pem')
await writeFile(authority, certificate.cert)

// Undefined when their start failed.
let platform: Awaited<ReturnType<typeof startPlatform>> | undefined
let receiver: Awaited<ReturnType<typeof startReceiver>> | undefined
let launched: LaunchedBrowser | undefined
let rows: Map<Sdk, Row>
let refusedLegacy: Promise<Reaction>
const sdks: Sdk[] = []

beforeAll(async () => {
  ;[platform, receiver, launched] = await Promise.all([
    startPlatform(),
    startReceiver(),
    launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.fingerprint}`]),
  ])
  sdks.push(...nodeSdks(authority), ...(await pageSdks(launched.browser)), ...recordedSdks(certificate))
  const world = { platform: platform.url, api: platform.api, receiver, certificate }
  const handled = nodeLegacy(authority, documented('analytics-node-legacy-handler'))
  refusedLegacy = refuse(handled, 'no_key', 400, world)
  rows = new Map(await Promise.all(sdks.map(async (sdk) => [sdk, await measure(sdk, world)] as const)))
})

afterAll(async () => {
  await Promise.all([launched?.close(), platform?.stop(), receiver?.close()])
  await rm(dir, { recursive: true, force: true })
})

describe('every SDK, unmodified, with nothing changed but the host', () => {
  it('gets all its events to the webhook and into the archive, as the protocol prescribes, and goes nowhere else', () => {
    const faults = [...rows].flatMap(([{ slug }, row]) => row.faults.map((fault) => `${slug}: ${fault}`))
    expect(faults).toEqual([])
  })

  it('the older package for Node survives a refusal with an error handler, as the docs say', async () => {
    expect(await refusedLegacy).toMatchObject({ attempts: 1, crashed: false, taken: false })
  })

  it('does what the table of the README says', () => {
    const table = markdown([...rows.values()].map(({ cells }) => cells))
    if (process.env.CONFORMANCE_UPDATE) writeTable(table)
    expect(tableOfReadme(), 'npm run conformance -- --update writes the table').toBe(table)
  })
})
