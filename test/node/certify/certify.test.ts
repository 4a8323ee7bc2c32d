import { describe, expect, it } from 'vitest'
import {
  beginRun,
  type Certification,
  type CertificationRun,
  certificationOf,
  certify,
  CHECKS,
  hasErrors,
  isCertified,
  junitOf,
  linesOf,
  makeNext,
  type CertifiedEndpoint,
  summaryOf,
} from '../../../src/certify/index.ts'
import { EVENT_TYPES } from '../../../src/event/index.ts'
import { context } from '../../../src/context.ts'
import { type Fault, partner } from './partner.ts'

const began = Date.now()
const slowly = () => began + (Date.now() - began) / 4
/**
 * Load comes at once: what is spaced in time is shown by the command's own test. The clock is slow, so that a busy machine
 * is not taken for a slow endpoint.
 */
const ctx = { ...context, now: slowly, sleep: () => Promise.resolve() }

/** As `ctx` at some time. What is to be cut off is, as soon as the endpoint has it. */
function contextOf(
  { requests }: { requests: () => number },
  { timeoutMs }: CertifiedEndpoint,
  { at = 0, isSlow = true } = {},
) {
  const now = () => (isSlow ? slowly() : Date.now()) + at
  const fetch: typeof ctx.fetch = async (request, patience) => {
    if (patience >= timeoutMs) return ctx.fetch(request, patience)
    const before = requests()
    const { url, ...init } = request
    const cut = new AbortController()
    const under = globalThis.fetch(url, { ...init, signal: cut.signal })
    while (requests() === before) await new Promise((resolve) => setTimeout(resolve, 1))
    cut.abort()
    return under
  }
  return { ...ctx, now, fetch }
}

async function run(fault?: Fault, changes: Partial<CertifiedEndpoint> = {}, clock = {}): Promise<Certification> {
  await using endpoint = await partner(fault)
  const one = subject(endpoint, changes)
  return await certify(one, { ctx: contextOf(endpoint, one, clock), allowLocal: true })
}

function subject(
  { endpoint, readBack }: { endpoint: string; readBack: string },
  changes: Partial<CertifiedEndpoint> = {},
): CertifiedEndpoint {
  return {
    name: 'Partner',
    endpoint,
    readBack,
    supports: ['identify', 'track', 'page', 'group'],
    rate: 8,
    timeoutMs: 20_000,
    settings: { apiKey: 'right-key', region: 'eu' },
    ...changes,
  }
}

function found({ results }: Certification): string[] {
  return results.filter(({ verdict }) => verdict.state === 'failed').map(({ check }) => check.id)
}

function reasonsOf({ results }: Certification): string[] {
  return results.flatMap(({ verdict }) => (verdict.state === 'failed' ? [verdict.why] : []))
}

describe('an endpoint that keeps to the contract', () => {
  it('passes every check', async () => {
    const certification = await run()
    const others = certification.results.filter(({ verdict }) => verdict.state !== 'passed')
    expect(others.map(({ check, verdict }) => [check.id, verdict])).toEqual([
      ['C127', { state: 'skipped', why: 'It asked nobody to wait.' }],
      ['C129', { state: 'skipped', why: 'It takes one event in a request.' }],
      ['C128', { state: 'skipped', why: 'It was never away.' }],
    ])
    expect(isCertified(certification)).toBe(true)
    expect(summaryOf(certification)).toMatch(
      /^Certified\. 26 passed, 0 errors, 0 tasks, 0 warnings, 3 skipped; \d+ requests, checks of version 3\.$/,
    )
  })

  it('shows of every check that asked what was sent and what came', async () => {
    const { results } = await run()
    const bare = results.filter(({ verdict }) => verdict.state === 'passed' && !verdict.exchange)
    // The address is looked at; of a load there are figures; those that watch have nothing to show.
    expect(bare.map(({ check }) => check.id)).toEqual(['C101', 'C118', 'C120', 'C121', 'C122', 'C123', 'C124'])
  })

  it('without a read-back is judged by its answers', async () => {
    expect(found(await run('counts repeats', { readBack: undefined }))).toEqual([])
  })

  it('that takes lists is asked in lists, and passes', async () => {
    const certification = await run(undefined, { batch: { maxEvents: 3 } })
    expect(found(certification)).toEqual([])
    const bodies = certification.results.flatMap(({ verdict }) =>
      'exchange' in verdict ? (verdict.exchange?.request.body ?? []) : [],
    )
    expect(bodies.length).toBeGreaterThan(15)
    expect(bodies.filter((body) => body.startsWith('{'))).toEqual([])
  })

  it('that takes all calls has none to refuse', async () => {
    const { results } = await run(undefined, { supports: EVENT_TYPES })
    expect(results.find(({ check }) => check.id === 'C106')?.verdict).toEqual({
      state: 'skipped',
      why: 'It takes all calls.',
    })
  })
})

/** Each fault, and the numbers that find it. */
const FOUND: Record<Fault, string[]> = {
  'takes any key': ['C104', 'C105'],
  'takes no key for one': ['C105'],
  'does not know a call that it names': ['C103'],
  '400 for calls that it does not take': ['C106'],
  '500 for half an event': ['C107'],
  'counts repeats': ['C108', 'C125', 'C126'],
  'refuses what is older': ['C109', 'C110'],
  'uses the time of arrival': ['C110'],
  'knows no delete': ['C111'],
  '16 KB at most': ['C112'],
  'one-byte letters': ['C113'],
  'falls over null': ['C114'],
  'closed list of fields': ['C115'],
  'flat settings only': ['C116'],
  '503 under load': ['C117', 'C119', 'C128'],
  'slow under load': ['C118'],
  '500 beyond its rate': ['C119'],
  redirects: ['C120'],
  hangs: ['C121'],
  'cuts its answer': ['C122'],
  'hangs up': ['C102'],
  'Retry-After in words': ['C119', 'C123'],
  'refuses without a word': ['C124'],
  'counts what comes at once': ['C125'],
  // A lock shows itself to whoever comes twice at once too.
  'locks what was cut off': ['C125', 'C126'],
  'forgets whom it told to wait': ['C127'],
  // What it says is hidden; nothing else is wrong with it.
  'hides nothing': [],
  'says nothing of the last of a list': ['C129'],
}

/** What the endpoint is said to take, where a fault shows only there. */
const BESIDES: Partial<Record<Fault, Partial<CertifiedEndpoint>>> = {
  hangs: { timeoutMs: 20 },
  '500 beyond its rate': { rate: 16 },
  'says nothing of the last of a list': { batch: { maxEvents: 20 } },
}

const HOPELESS = new Set<Fault>(['redirects', 'hangs', 'cuts its answer'])

describe('a fault is found by its number', () => {
  for (const [fault, numbers] of Object.entries(FOUND) as [Fault, string[]][]) {
    it(fault, async () => {
      const changes = BESIDES[fault] ?? {}
      const certification = await run(fault, changes, { isSlow: fault !== 'slow under load' })
      const ids = found(certification)
      // What gets no right answer at all fails much besides.
      expect(HOPELESS.has(fault) ? ids.filter((id) => numbers.includes(id)) : ids).toEqual(numbers)
      expect(reasonsOf(certification).filter((why) => !why.endsWith('.'))).toEqual([])
    })
  }

  it('every check is shown to fail by one of them, or by the address', () => {
    const shown = new Set(['C101', ...Object.values(FOUND).flat()])
    expect(CHECKS.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([])
  })
})

describe('a run', () => {
  const LATER = 31 * 86_400_000

  it('takes a check for a warning as long as it is new', async () => {
    const gradeOf = ({ results }: Certification) => results.find(({ check }) => check.id === 'C125')?.check.grade
    const now = await run('counts what comes at once')
    expect(gradeOf(now)).toBe('warning')
    expect(isCertified(now)).toBe(true)
    const later = await run('counts what comes at once', {}, { at: LATER })
    expect(gradeOf(later)).toBe('error')
    expect(isCertified(later)).toBe(false)
  })

  it('puts nobody under load who takes any key, or nothing', async () => {
    for (const fault of ['takes any key', 'redirects'] as const) {
      const { results, requests } = await run(fault)
      const skipped = results.filter(({ verdict }) => verdict.state === 'skipped').map(({ check }) => check.id)
      expect(skipped).toEqual(expect.arrayContaining(['C117', 'C118', 'C119']))
      expect(requests).toBeLessThan(40)
    }
  })

  it('asks an endpoint that hangs three times, and nothing more', async () => {
    const { requests, results } = await run('hangs', { timeoutMs: 20 })
    expect(requests).toBe(3)
    expect(results.at(-1)).toMatchObject({ verdict: { state: 'skipped' } })
    expect(results).toHaveLength(CHECKS.length)
  })

  it('goes on where it was stored', async () => {
    await using endpoint = await partner('falls over null')
    const one = subject(endpoint)
    const deps = { ctx: contextOf(endpoint, one), allowLocal: true }
    let stored = JSON.stringify(beginRun(deps))
    for (let more = true; more;) {
      const under = JSON.parse(stored) as CertificationRun
      more = (await makeNext(under, one, deps)) !== undefined
      stored = JSON.stringify(under)
    }
    const certification = certificationOf(JSON.parse(stored) as CertificationRun)
    expect(found(certification)).toEqual(['C114'])
    expect(certification.results).toHaveLength(CHECKS.length)
  })

  it('has as many requests under way as there are connections', async () => {
    await using endpoint = await partner()
    const one = subject(endpoint, { rate: 100 })
    const inner = contextOf(endpoint, one)
    let under = 0
    let most = 0
    const fetch: typeof ctx.fetch = async (...args) => {
      most = Math.max(most, ++under)
      try {
        return await inner.fetch(...args)
      } finally {
        under--
      }
    }
    await certify(one, { ctx: { ...inner, fetch }, allowLocal: true, connections: 6 })
    expect(most).toBe(6)
  })
})

describe('an address', () => {
  it('that is private is asked nothing, and nor is what may be behind it', async () => {
    await using endpoint = await partner()
    const certification = await certify(subject(endpoint), { ctx, allowLocal: false })
    expect(found(certification)).toEqual(['C101'])
    expect(certification.results.filter(({ verdict }) => verdict.state === 'skipped')).toHaveLength(CHECKS.length - 1)
    expect(endpoint.requests()).toBe(0)
    expect(hasErrors(certification)).toBe(true)
  })

  it('of read-back on another host never gets the key', async () => {
    const asked: string[] = []
    await using endpoint = await partner()
    const eavesdropping = {
      ...ctx,
      fetch: (request: Parameters<typeof ctx.fetch>[0], timeoutMs: number) => {
        if (request.method === 'GET') asked.push(JSON.stringify(request.headers))
        return ctx.fetch(request, timeoutMs)
      },
    }
    await using other = await partner()
    await certify(subject({ ...endpoint, readBack: other.readBack }), { ctx: eavesdropping, allowLocal: true })
    expect(new Set(asked)).toEqual(new Set(['{}']))
  })
})

describe('a report', () => {
  it('says what came, how to mend it and where more is said, and hides the key', async () => {
    const { results } = await run('knows no delete')
    const lines = results.flatMap(linesOf)
    expect(lines).toHaveLength(CHECKS.length + 5 + 3)
    const text = lines.join('\n')
    expect(text).toContain('C111  FAILED   A delete is answered with 2xx.')
    expect(text).toContain('task: A delete was answered with 501 "{\\"message\\":\\"We take no delete.\\"}" after')
    expect(text).toContain('more: docs/certification.md#c111')
    expect(text).not.toContain(btoa('right-key:'))
    expect(text).not.toContain('right-key')
  })

  it('as JUnit is XML whatever an endpoint says; a warning is no failure', async () => {
    const certification = await run('refuses without a word')
    expect(isCertified(certification)).toBe(true)
    const xml = junitOf('A & "B" <C> \u0000\u0007', certification)
    expect(xml).toContain('name="A &amp; &quot;B&quot; &lt;C&gt; ��"')
    expect(xml).toContain(`tests="${CHECKS.length}" failures="0"`)
    expect(xml.match(/<testcase /g)).toHaveLength(CHECKS.length)
    expect(xml).toContain('<system-out>C124  warning')
    const failed = junitOf('x', await run('redirects'))
    expect(failed).toMatch(/<failure type="error" message="[^"<]*302/)
  })
})
