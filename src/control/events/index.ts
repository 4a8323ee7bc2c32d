export { type EventPlace, MOST_EVENTS, placeOf, type TailEvent, tailFilter, tailOf, tailQuery } from './tail.ts'
export { type EventFate, fateOf, lineAt, whereaboutsOf } from './trace.ts'
export { CODE_WORDS, codeWords } from './words.ts'
