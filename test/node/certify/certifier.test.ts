import { describe, expect, it } from 'vitest'
import {
  type CertificationOrder,
  type CertificationReport,
  Certifier,
  CHECKS,
  KEPT_RUNS,
} from '../../../src/certify/index.ts'
import { context } from '../../../src/context.ts'
import { rowStorage } from '../../platform/objects.ts'
import { Sql } from '../../platform/sql.ts'
import { type Fault, partner } from './partner.ts'

const KEY = 'right-key'

/** An object that certifies, with rows that outlive its instances. */
function world() {
  const rows = rowStorage(new Sql())
  const told: CertificationReport[] = []
  const it = {
    /** At so many writes the instance dies. */
    diesAt: Infinity,
    writes: 0,
    /** Whether others can be told. */
    deaf: false,
    /** No key opens what is sealed. */
    locked: false,
    late: 0,
    requests: 0,
    alarmAt: undefined as number | undefined,
    told,
    rows: () =>
      ['runs', 'results'].map((table) => rows.sql.exec<{ body: string }>(`SELECT body FROM ${table}`).toArray()),
    object: undefined as unknown as Certifier,
    open,
    async end() {
      for (let n = 0; it.alarmAt !== undefined && n < 100; n++) {
        it.alarmAt = undefined
        await it.object.alarm()
      }
    },
  }
  function open() {
    const storage = {
      ...rows,
      setAlarm: (at: number) => Promise.resolve(void (it.alarmAt = at)),
      transactionSync: <T>(closure: () => T) => {
        if (++it.writes === it.diesAt) throw new Error('the instance is gone')
        return rows.transactionSync(closure)
      },
    }
    const now = () => Date.now() + it.late
    const fetch: typeof context.fetch = (...args) => {
      it.requests++
      return context.fetch(...args)
    }
    it.object = new Certifier(storage, {
      ctx: { ...context, now, fetch, sleep: () => Promise.resolve(), log: () => undefined },
      allowLocal: true,
      open: ({ id, sealed }) =>
        it.locked ? Promise.reject(new Error('no key')) : Promise.resolve({ apiKey: sealed.sealed.replace(id, '') }),
      publish: (of, report) => {
        if (it.deaf) return Promise.reject(new Error('D1 is away'))
        expect(of).toMatchObject({ integrationId: 'int_1', workspaceId: 'ws_1' })
        told.push(report)
        return Promise.resolve()
      },
    })
  }
  open()
  return it
}

function orderOf({ endpoint, readBack }: { endpoint: string; readBack: string }, id: string): CertificationOrder {
  return {
    id,
    integrationId: 'int_1',
    workspaceId: 'ws_1',
    content: 'c0',
    startedBy: 'Ada',
    subject: {
      name: 'Partner',
      endpoint,
      readBack,
      supports: ['identify', 'track', 'page', 'group'],
      rate: 4,
      timeoutMs: 20_000,
    },
    sealed: { keyId: 'k1', sealed: `${id}${KEY}` },
  }
}

async function certified(fault?: Fault) {
  await using endpoint = await partner(fault)
  const one = world()
  await one.object.begin(orderOf(endpoint, 'cert_1'))
  await one.end()
  return { one, kept: one.object.read('cert_1') }
}

describe('a certification that is kept', () => {
  it('has every check with its request and reply, and tells how it ended', async () => {
    const { one, kept } = await certified()
    expect(kept).toMatchObject({ state: 'ended', certified: true, errors: 0, tasks: 0, made: CHECKS.length })
    expect(kept?.results.map(({ check }) => check.id).toSorted()).toEqual(CHECKS.map(({ id }) => id))
    const wrongKey = kept?.results.find(({ check }) => check.id === 'C104')
    expect(wrongKey).toMatchObject({
      verdict: { state: 'passed', exchange: { request: { method: 'POST' }, reply: { status: 401 } } },
    })
    const { results: _, ...report } = kept ?? {}
    expect(one.told).toEqual([report])
    expect(one.alarmAt).toBeUndefined()
  })

  it('forgets the key when it is over, and shows it nowhere', async () => {
    const { one } = await certified('hides nothing')
    const stored = JSON.stringify(one.rows())
    expect(stored).toContain('(hidden)')
    expect(stored).not.toContain(KEY)
    expect(stored).not.toContain(btoa(`${KEY}:`))
  })

  it('with an error is not certified, and is kept in few bytes', async () => {
    const { one, kept } = await certified('16 KB at most')
    expect(kept).toMatchObject({ state: 'ended', certified: false, errors: 1, tasks: 0 })
    expect(JSON.stringify(one.rows()).length).toBeLessThan(60_000)
  })

  it('goes on where its instance died, and asks once more what was under way', async () => {
    await using endpoint = await partner()
    const one = world()
    await one.object.begin(orderOf(endpoint, 'cert_1'))
    one.diesAt = 12
    one.alarmAt = undefined
    await one.object.alarm()
    expect([one.object.read('cert_1')?.made, one.alarmAt !== undefined]).toEqual([10, true])
    one.open()
    await one.end()
    const kept = one.object.read('cert_1')
    expect(kept).toMatchObject({ state: 'ended', certified: true, made: CHECKS.length })
    expect(kept?.results.map(({ check }) => check.id).toSorted()).toEqual(CHECKS.map(({ id }) => id))
    expect(one.told).toHaveLength(1)
  })

  it('is one at a time, and the same order begins it once', async () => {
    await using endpoint = await partner()
    const one = world()
    const first = await one.object.begin(orderOf(endpoint, 'cert_1'))
    expect(await one.object.begin(orderOf(endpoint, 'cert_1'))).toEqual(first)
    expect((await one.object.begin(orderOf(endpoint, 'cert_2'))).id).toBe('cert_1')
    await one.end()
    expect((await one.object.begin(orderOf(endpoint, 'cert_1'))).state).toBe('ended')
    expect((await one.object.begin(orderOf(endpoint, 'cert_3'))).id).toBe('cert_3')
    expect(one.object.read('cert_2')).toBeUndefined()
  })

  it('tells others until they have heard it', async () => {
    await using endpoint = await partner('hangs up')
    const one = world()
    await one.object.begin(orderOf(endpoint, 'cert_1'))
    one.deaf = true
    one.alarmAt = undefined
    await one.object.alarm()
    expect([one.told.length, one.alarmAt !== undefined]).toEqual([0, true])
    one.deaf = false
    await one.end()
    expect(one.told.map(({ state }) => state)).toEqual(['ended'])
  })

  it.each(['locked', 'late'])('that is %s comes to nothing, and asks nobody', async (why) => {
    await using endpoint = await partner()
    const one = world()
    await one.object.begin(orderOf(endpoint, 'cert_1'))
    if (why === 'locked') one.locked = true
    else one.late = 16 * 60_000
    await one.end()
    expect(one.told).toMatchObject([{ state: 'broken', certified: false }])
    expect(one.requests).toBe(0)
  })

  it('stays as long as it is among the last fifty, or the newest that certified', async () => {
    const one = world()
    {
      await using endpoint = await partner()
      await one.object.begin(orderOf(endpoint, 'cert_good'))
      await one.end()
    }
    await using endpoint = await partner('hangs up')
    for (let n = 0; n < KEPT_RUNS + 2; n++) {
      one.late++
      await one.object.begin(orderOf(endpoint, `cert_${n}`))
      await one.end()
    }
    expect(one.object.read('cert_good')).toMatchObject({ certified: true })
    expect(one.object.read('cert_0')).toBeUndefined()
    expect(one.object.read('cert_3')).toMatchObject({ certified: false })
    const [runs = [], results = []] = one.rows()
    expect(runs).toHaveLength(KEPT_RUNS + 1)
    expect(results).toHaveLength((KEPT_RUNS + 1) * CHECKS.length)
  })
})
