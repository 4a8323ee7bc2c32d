import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, launchBrowser } from '../e2e/browser.ts'
import { inTurns } from '../../src/control/in-turns.ts'
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
let strangers: Map<string, unknown>
let notRun: string[][]
const sdks: Sdk[] = []

/** SDKs side by side, each with up to five processes or pages: one that waits ten seconds for a processor gives its request up. */
const AT_ONCE = 4
/** Whatever share of the processors is left to them. */
const WHOLE_MS = 900_000

/** What comes of each, in their order. */
async function ofEach<T, Found>(all: readonly T[], find: (one: T) => Promise<Found>): Promise<Map<T, Found>> {
  const found = new Map<T, Found>()
  await inTurns(all, AT_ONCE, async (one) => found.set(one, await find(one)))
  return new Map(all.map((one) => [one, found.get(one) as Found]))
}

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
  const faultsOf = async (sdk: Sdk) => (await measure(sdk, world)).faults.map((fault) => `${sdk.slug}: ${fault}`)
  notRun = [...(await ofEach(sdksNotRun(certificate), faultsOf)).values()]
  rows = await ofEach(sdks, (sdk) => measure(sdk, world))
  const outcomes = await ofEach(sdks.filter(tries), (sdk) => useUnknownKey(sdk, world))
  strangers = new Map([...outcomes].map(([{ slug }, outcome]) => [slug, outcome]))
}, WHOLE_MS)

afterAll(async () => {
  await Promise.all([launched?.close(), platform?.stop(), receiver?.close()])
  await rm(dir, { recursive: true, force: true })
})

describe('every SDK, unmodified, with nothing changed but the host', () => {
  it('gets all its events to the webhook and into the archive, as the protocol prescribes, and goes nowhere else', () => {
    const faults = [...rows].flatMap(([{ slug }, row]) => row.faults.map((fault) => `${slug}: ${fault}`))
    expect(faults).toEqual([])
  })

  it('with a write key that no source has it stays silent or is told so once, and goes nowhere else', () => {
    // Those of pages and apps get no settings, and send nothing without.
    const silent = { answers: [], foreign: [] }
    const told = { answers: [400], foreign: [] }
    expect(Object.fromEntries(strangers)).toEqual({
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

  it('also gets them there from SDKs that cannot run here, in the forms that their source code sends', () => {
    expect(notRun.length).toBe(10)
    expect(notRun.flat()).toEqual([])
  })

  it('does what the table of docs/sdks.md says', () => {
    const table = markdown([...rows.values()].map(({ cells }) => cells))
    if (process.env.CONFORMANCE_UPDATE) writeTable(table)
    expect(tableOfDocs(), 'npm run conformance -- --update writes the table').toBe(table)
  })
})
