import { INTAKE_DIALS } from '../../../src/intake/dials.ts'
import { BOUNDS } from '../../../src/lane/bounds.ts'

export * from '../../../src/index.ts'

// What takes thousands of batches or half an hour otherwise: a log that leaves its object, a lane that holds.
Object.assign(INTAKE_DIALS, { segmentRows: 3, liveMs: 0, repeatMs: 0 })
Object.assign(BOUNDS, { head: 3 })

export { default } from '../../../src/index.ts'
