/**
 * A whole number of 64 bits. Ids of snapshots that others make are often beyond what a double carries: those are `bigint`s, all
 * others numbers. Compare with `isSame`.
 */
export type Long = number | bigint

/** JSON as catalogues write it: whole numbers that a double would change become `bigint`s. Throws `SyntaxError`. */
export function parseLongs(text: string): unknown {
  // A glance is a tenth of what it costs to look at every value.
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value,
  )
}

/** JSON in which `bigint`s are whole numbers. */
export function writeLongs(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? JSON.rawJSON(String(inner)) : inner,
  )
}

export function isSame(one: Long | null | undefined, other: Long | null | undefined): boolean {
  const [a, b] = [one ?? null, other ?? null]
  return a === null || b === null ? a === b : BigInt(a) === BigInt(b)
}
