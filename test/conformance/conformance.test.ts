import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, launchBrowser } from '../e2e/browser.ts'
import { startPlatform, startReceiver } from '../e2e/local.ts'
import { selfSigned } from './rig/certificate.ts'
import { type Reaction, refuse, useUnknownKey } from './rig/measure.ts'
import { documented, PATH_PREFIX } from './rig/page-of-docs.ts'
import { measure, type Row, tries } from './row.ts'
import { sdksNotRun } from './not-run.ts'
import { nodeLegacy } from './node-sdks.ts'
import type { Sdk } from './sdk.ts'
import { allSdks } from './sdks.ts'
import { markdown, tableOfDocs, writeTable } from './table.ts'

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
let strangers: Promise<unknown[][]>
let notRun: Promise<string[][]>
const sdks: Sdk[] = []

beforeAll(async () => {
  ;[platform, receiver, launched] = await Promise.all([
    startPlatform(['--path-prefix', PATH_PREFIX]),
    startReceiver(),
    launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.fingerprint}`]),
  ])
  sdks.push(...(await allSdks(launched.browser, certificate, authority)))
  const world = { platform: platform.url, api: platform.api, receiver, certificate }
  const handled = nodeLegacy(authority, documented('analytics-node-legacy-handler'))
  refusedLegacy = refuse(handled, 'no_key', 400, world)
  strangers = Promise.all(sdks.filter(tries).map(async (sdk) => [sdk.slug, await useUnknownKey(sdk, world)]))
  const faultsOf = async (sdk: Sdk) => (await measure(sdk, world)).faults.map((fault) => `${sdk.slug}: ${fault}`)
  notRun = Promise.all(sdksNotRun(certificate).map(faultsOf))
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

  it('with a write key that no source has it stays silent or is told so once, and goes nowhere else', async () => {
    // Those of pages and apps get no settings, and send nothing without.
    const silent = { answers: [], foreign: [] }
    const told = { answers: [400], foreign: [] }
    expect(Object.fromEntries(await strangers)).toEqual({
      'node-3': told,
      'node-2': told,
      'node-legacy': { ...told, crashed: 'process ends' },
      'react-native': silent,
      'snippet-single': silent,
      'snippet-batches': silent,
      'next-84-single': silent,
      'next-84-batches': silent,
      'next-70-single': silent,
      'next-70-batches': silent,
    })
  })

  it('the older package for Node survives a refusal with an error handler, as the docs say', async () => {
    const { attempts, taken, crashed } = await refusedLegacy
    expect({ attempts, taken, crashed }).toEqual({ attempts: 1, taken: false, crashed: undefined })
  })

  it('also gets them there from SDKs that cannot run here, in the forms that their source code sends', async () => {
    const faults = await notRun
    expect(faults.length).toBe(10)
    expect(faults.flat()).toEqual([])
  })

  it('does what the table of docs/sdks.md says', () => {
    const table = markdown([...rows.values()].map(({ cells }) => cells))
    if (process.env.CONFORMANCE_UPDATE) writeTable(table)
    expect(tableOfDocs(), 'npm run conformance -- --update writes the table').toBe(table)
  })
})
