export { type EventPlace, MOST_EVENTS, placeOf, tailFilter, tailOf } from './tail.ts'
export { codeWords } from './words.ts'
