/** The score of a day (UTC), made of the export's lines alone as docs/quality.md says it, by nothing of the platform's. */
export function scoreOfExport(ndjson: string, today: Date): number {
  const date = (back: number) => new Date(today.getTime() - back * 86_400_000).toISOString().slice(0, 10)
  const [first, last] = [date(28), date(1)]
  let [delivered, slow, opened, customerDays] = [0, 0, 0, 0]
  const givenUp = new Map<string, number>()
  const failedAttempts = new Map<string, number>()
  for (const line of ndjson.trim().split('\n')) {
    const { day, planned, customers, figures } = JSON.parse(line) as {
      day: string
      planned: boolean
      customers: number
      figures: Record<string, number>
    }
    if (planned || day < first || day > last) continue
    customerDays += customers
    for (const [name, n] of Object.entries(figures)) {
      const [what, code = ''] = name.split('|')
      if (what === 'delivered') delivered += n
      if (what === 'opened') opened += n
      if (what === 'delay' && 2 ** ((Number(code) + 1) / 4) > 2 ** 16) slow += n
      if (what === 'failed') givenUp.set(code, (givenUp.get(code) ?? 0) + n)
      if (what === 'resent') givenUp.set(code, (givenUp.get(code) ?? 0) - n)
      if (what === 'errors') failedAttempts.set(code, (failedAttempts.get(code) ?? 0) + n)
    }
  }
  const not = /^(?:http_401|http_403|destination_.*|INVALID_SETTINGS|DESTINATION_MISSING|ARCHIVE_.*|log_lost)$/
  const sum = (of: Map<string, number>) =>
    [...of].reduce((all, [code, n]) => all + (not.test(code) ? 0 : Math.max(0, n)), 0)
  const line = (value: number, worst: number, best: number) =>
    Math.min(1, Math.max(0, (value - worst) / (best - worst)))
  const points =
    60 * line(delivered / (delivered + sum(givenUp)), 0.95, 0.999) +
    20 * line(delivered / (delivered + sum(failedAttempts)), 0.8, 0.99) +
    10 * line(1 - slow / delivered, 0.8, 0.99) +
    10 * line(opened / customerDays, 0.5, 0)
  return Math.round(points * 10) / 10
}
