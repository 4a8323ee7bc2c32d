import { beforeAll, describe, expect, it } from 'vitest'
import { Browser, freshPanel, ownerOf, type Page } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'
import { counting } from './counting.ts'

const { bindings, counts, reset } = counting()
const at = freshPanel({ env: { ...bindings, OPEN_SIGN_UP: '1' }, ctx: { log: () => undefined } })
let owner: Browser
let world: World

beforeAll(async () => {
  owner = await ownerOf(at)
  world = await worldIn('ws_first')
})

/** What stands beside the fields and above the form, as people read it. */
function problemsOn({ html }: Page): string[] {
  const found = html.matchAll(
    /<p class="field-error"[^>]*>([^<]*)<|class="notice notice-bad"[^]*?<(?:p|h\d|strong)[^>]*>([^<]*)</g,
  )
  return [...found].map(([, beside, above]) => (beside ?? above ?? '').trim()).filter((text) => text !== '')
}

describe('a form with two bad fields says both', () => {
  const send = (path: string, fields: Record<string, string>) => owner.post(path, fields)

  it('a destination that is made', async () => {
    const page = await send('/destinations', {
      integration: 'webhooks',
      source: world.source,
      name: 'x'.repeat(200),
      'settings.urls': 'no address',
      act: 'save',
    })
    expect(page.status).toBe(422)
    expect(problemsOn(page).length).toBeGreaterThanOrEqual(2)
    expect(page.html).toContain('id="name-error"')
    expect(page.html).toMatch(/id="setting-urls-0-error"/)
  })

  it('a destination that is changed: its name, a setting and a map that only a form can get wrong', async () => {
    const page = await send(`/destinations/${world.destination}/settings`, {
      name: 'x'.repeat(200),
      'settings.urls': 'no address',
      'settings.headers.key': '',
      'settings.headers.value': 'of what?',
    })
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="name-error"')
    expect(page.html).toMatch(/id="setting-urls-0-error"/)
    expect(page.html).toContain('has no name')
  })

  it('a source', async () => {
    const page = await send('/sources', { name: 'x'.repeat(200), kind: 'no such kind', writeKey: 'with blanks in it' })
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="name-error"')
    expect(page.html).toContain('id="writeKey-error"')
  })

  it('a token', async () => {
    const page = await send('/tokens', { name: '', scope: 'listed' })
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="name-error"')
    expect(page.html).toContain('id="scope-error"')
  })

  it('an invitation', async () => {
    const page = await send('/people/invites', { email: 'no address', role: 'source-admin', sources: 'no such source' })
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="email-error"')
    expect(page.html).toContain('no such source')
  })

  it('an invitation in a role that is none, which is no other role instead', async () => {
    const page = await send('/people/invites', { email: 'no address', role: 'king' })
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="email-error"')
    expect(page.html).toContain('id="role-error"')
  })

  it('a sign-up', async () => {
    const page = await new Browser(at).post('/sign-up', {
      name: '',
      email: 'no address',
      password: 'short',
      workspace: '',
    })
    expect(page.status).toBe(422)
    for (const field of ['name', 'email', 'password', 'workspace']) expect(page.html).toContain(`id="${field}-error"`)
  })
})

describe('saving a destination', () => {
  it('reads its row three times at most: the guard before and after, and the change itself', async () => {
    await owner.get(`/destinations/${world.destination}/settings`)
    reset()
    const saved = await owner.post(`/destinations/${world.destination}/settings`, {
      name: `Saved ${Date.now()}`,
      'settings.urls': 'https://hooks.example.com/in',
    })
    expect(saved.status).toBe(303)
    const reads = counts.queries.filter(
      (sql) => /^select /i.test(sql) && /from "destinations"/.test(sql) && /"settings"/.test(sql),
    )
    expect(reads.length).toBeLessThanOrEqual(3)
    expect(reads.length).toBeGreaterThan(0)
  })
})
