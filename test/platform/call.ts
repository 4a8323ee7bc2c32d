/**
 * How a call of a binding gets there and its answer back. A binding alone does at once what it is asked; the layer that
 * carries its calls may count them, have them take their time, or lose them. `effect` is what happens there: it throws or
 * rejects as the platform would.
 */
export type Carry<Call> = <T>(call: Call, effect: () => T | Promise<T>) => Promise<T>
