import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { FIRST_WORKSPACE } from '../../../src/settings/index.ts'
import { freshPanel, ownerOf } from './browser.ts'

it('how many alerts are new stands in the navigation, until they are read or muted', async () => {
  const owner = await ownerOf(freshPanel())
  const alert = (n: number, workspace = FIRST_WORKSPACE) =>
    env.DB.prepare(
      "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES (?, ?, 'dead_letters', ?, 'Hook', '{}', ?)",
    )
      .bind(`alt_${n}`, workspace, `dst_${n}`, Date.now() + n)
      .run()
  const count = async () => /class="nav-count">(\d+\+?)/.exec((await owner.get('/')).html)?.[1]
  expect(await count()).toBeUndefined()
  await alert(1)
  await alert(2)
  await alert(3, 'ws_other')
  expect(await count()).toBe('2')
  await owner.post('/alerts/read', {})
  // Those of a moment ahead of the clock stay.
  await env.DB.prepare('UPDATE alert_readers SET read_at = ?')
    .bind(Date.now() + 2)
    .run()
  expect(await count()).toBeUndefined()
  for (let n = 10; n < 130; n++) await alert(n * 1_000)
  expect(await count()).toBe('99+')
  await owner.post('/alerts/mute', { muted: '1' })
  expect(await count()).toBeUndefined()
  await owner.post('/alerts/mute', { muted: '0' })
  expect(await count()).toBe('99+')
})
