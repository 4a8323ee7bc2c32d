import { expect, it } from 'vitest'
import { Browser, freshPanel, invited, ownerOf } from './browser.ts'

const at = freshPanel()

it('signs in by a one-time link, once', async () => {
  const owner = await ownerOf(at)
  expect((await owner.get('/')).status).toBe(200)
  const p = await owner.get('/profile')
  expect([p.status]).toEqual([200])
})

it('invites', async () => {
  const owner = await ownerOf(at)
  const { browser } = await invited(at, owner, 'member')
  expect((await browser.get('/sources')).status).toBe(200)
  expect((await new Browser(at).get('/sources')).location).toBe('/sign-in?next=%2Fsources')
})
