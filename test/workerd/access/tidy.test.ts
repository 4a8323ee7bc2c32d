import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { Browser, freshPanel, invited, ownerOf } from './browser.ts'

const rows = async () => {
  const tables = ['sessions', 'verifications', 'invites', 'attempts']
  const counts = tables.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n'))
  return Promise.all(counts)
}

it('removes what has ended, hourly, and nothing else', async () => {
  const at = freshPanel()
  const owner = await ownerOf(at)
  const { browser } = await invited(at, owner, 'member')
  await owner.post('/people/invites', { email: 'waits@example.com', role: 'member' })
  await new Browser(at).send('/api/sign-in-links', {
    method: 'POST',
    headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` },
  })
  const before = await rows()
  await at.watch()
  expect(await rows()).toEqual(before)
  expect((await browser.get('/profile')).status).toBe(200)
  await freshPanel({ ctx: { now: () => context.now() + 15 * 86_400_000 } }).watch()
  expect(await rows()).toEqual([0, 0, 0, 0])
})
