/** `1 event`, `42 events`, `10,000 events`. */
export function plural(count: number, one: string, several?: string): string {
  return `${count.toLocaleString('en-GB')} ${unitOf(count, one, several)}`
}

/** The word alone, where the number stands elsewhere. */
export function unitOf(count: number, one: string, several = `${one}s`): string {
  return count === 1 ? one : several
}
