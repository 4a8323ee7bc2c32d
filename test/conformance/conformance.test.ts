import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, launchBrowser } from '../e2e/browser.ts'
import { startPlatform, startReceiver } from '../e2e/local.ts'
import { selfSigned } from './rig/certificate.ts'
import { measure, type Row } from './row.ts'
import { nodeSdks, pageSdks, recordedSdks, type Sdk } from './sdks.ts'
import { markdown, tableOfReadme, writeTable } from './table.ts'

const dir = await mkdtemp(join(tmpdir(), 'sluice-conformance-'))
const certificate = selfSigned()
const authority = join(dir, 'authority.pem')
await writeFile(authority, certificate.cert)

let platform: Awaited<ReturnType<typeof startPlatform>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let launched: LaunchedBrowser
let rows: Map<Sdk, Row>
const sdks: Sdk[] = []

beforeAll(async () => {
  ;[platform, receiver, launched] = await Promise.all([
    startPlatform(),
    startReceiver(),
    launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.fingerprint}`]),
  ])
  sdks.push(...nodeSdks(authority), ...(await pageSdks(launched.browser)), ...recordedSdks(certificate))
  const world = { platform: platform.url, api: platform.api, receiver, certificate }
  rows = new Map(await Promise.all(sdks.map(async (sdk) => [sdk, await measure(sdk, world)] as const)))
})

afterAll(async () => {
  await launched.close()
  await platform.stop()
  await receiver.close()
  await rm(dir, { recursive: true, force: true })
})

describe('every SDK, unmodified, with nothing changed but the host', () => {
  it('gets all its events to the webhook and into the archive, as the protocol prescribes, and goes nowhere else', () => {
    const faults = [...rows].flatMap(([{ slug }, row]) => row.faults.map((fault) => `${slug}: ${fault}`))
    expect(faults).toEqual([])
  })

  it('does what the table of the README says', () => {
    const table = markdown([...rows.values()].map(({ cells }) => cells))
    if (process.env.CONFORMANCE_UPDATE) writeTable(table)
    expect(tableOfReadme(), 'npm run conformance -- --update writes the table').toBe(table)
  })
})
