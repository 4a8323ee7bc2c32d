import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aimedOf } from './mutations/mutation.ts'
import { MUTATIONS } from './mutations/all.ts'
import { run } from './run.ts'
import { readRecorded, recordedNames, SCHEDULES } from './schedules.ts'

describe('what the simulation once found', () => {
  it.each(recordedNames())('is mended: %s', async (name) => {
    const { schedule, found } = readRecorded(join(SCHEDULES, name))
    const { violation } = await run({ schedule })
    expect(violation, `${found}\nnpm run simulate -- --trace ${name}`).toBeNull()
  })
})

describe('what is aimed at a mutation', () => {
  it.each(MUTATIONS.filter(({ aimed }) => aimed !== undefined))('misses the sound code: $name', async ({ aimed }) => {
    const { violation } = await run({ schedule: aimedOf(aimed ?? {}) })
    expect(violation).toBeNull()
  })
})

it('goes well without any trouble', async () => {
  const { violation, figures } = await run({ schedule: {} })
  expect(violation).toBeNull()
  expect(figures).toMatchObject({ duplicates: 0, faults: {}, crashes: {} })
})
