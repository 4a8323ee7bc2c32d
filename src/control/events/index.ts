export { type EventPlace, MOST_EVENTS, placeOf, tailFilter, tailOf, tailQuery } from './tail.ts'
export type { TailEvent } from './tail-event.ts'
export { type DeliveryStatus, fateOf, lineAt, traceEvent } from './trace.ts'
export { codeWords } from './words.ts'
