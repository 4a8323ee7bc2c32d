import { expect, it } from 'vitest'
import { measureStart } from '../../bench/cost/year.ts'

it('an intake that remembers twelve million ids opens within two seconds of CPU and a hundred megabytes', () => {
  const { cpu, bytes } = measureStart()
  expect(cpu).toBeLessThan(2_000)
  expect(bytes).toBeLessThan(100_000_000)
})
