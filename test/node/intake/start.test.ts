import { expect, it } from 'vitest'
import { measureStart } from '../../../bench/cost/year.ts'

it('an intake that remembers twelve million ids opens within two seconds of CPU and forty megabytes', () => {
  const { cpu, bytes, upgrade } = measureStart()
  expect(cpu).toBeLessThan(2_000)
  expect(upgrade).toBeLessThan(15_000)
  expect(bytes).toBeLessThan(40_000_000)
})
