import type { Counts } from './protocol.ts'

/** Bins for each doubling of a delay: what is told of a bin is its middle, at most 9.1 % from the truth. */
const BINS_PER_DOUBLING = 4

/** The bin of a delay in milliseconds: bin `b` holds those in [2^(b/4), 2^((b+1)/4)), bin 0 all under 1.19 ms too. */
export function binOf(ms: number): string {
  return String(Math.floor(BINS_PER_DOUBLING * Math.log2(Math.max(1, ms))))
}

/** The delay in milliseconds that `share` of all are not above, as far as bins can tell; `null`: there are none. */
export function percentile(delays: Counts, share: number): number | null {
  const bins = Object.entries(delays)
    .map(([bin, n]) => ({ bin: Number(bin), n }))
    .toSorted((a, b) => a.bin - b.bin)
  const rank = Math.ceil(share * bins.reduce((sum, { n }) => sum + n, 0))
  let seen = 0
  for (const { bin, n } of bins) {
    seen += n
    if (seen >= rank) return Math.round(2 ** ((bin + 0.5) / BINS_PER_DOUBLING))
  }
  return null
}
