/** Milliseconds as people say them: `340 ms`, `1.2 s`, `4.5 min`, `3.1 h`. */
export function delayWords(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${digits(ms / 1_000)} s`
  if (ms < 3_600_000) return `${digits(ms / 60_000)} min`
  return `${digits(ms / 3_600_000)} h`
}

/** A share of 0 to 1 in per cent; never 100 when something failed, never 0 when something succeeded. */
export function shareWords(share: number | null): string {
  if (share === null) return '–'
  const percent = share * 100
  if (share < 1 && percent > 99.9) return '> 99.9 %'
  if (share > 0 && percent < 0.1) return '< 0.1 %'
  return `${digits(percent)} %`
}

/** Events a second, or a minute where that is more telling. */
export function rateWords(perSecond: number): { value: string; unit: string } {
  if (perSecond >= 1 || perSecond === 0) return { value: digits(perSecond), unit: 'events a second' }
  if (perSecond * 60 >= 1) return { value: digits(perSecond * 60), unit: 'events a minute' }
  return { value: digits(perSecond * 3_600), unit: 'events an hour' }
}

export function countWords(value: number): string {
  return value.toLocaleString('en-GB')
}

const SMALL = [
  'not once',
  'once',
  'twice',
  ...'three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word) => `${word} times`),
]

/** How often something happened: `once`, `nineteen times`, `1,204 times`. */
export function timesWords(count: number): string {
  return SMALL[count] ?? `${countWords(count)} times`
}

function digits(value: number): string {
  const places = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en-GB', { maximumFractionDigits: places })
}
