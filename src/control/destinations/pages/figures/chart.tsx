/** One line or set of bars: `null` where there is nothing to say. */
export interface Series {
  name: string
  /** What it looks like: classes `chart-good`, `chart-bad`, `chart-first`, `chart-second`. */
  look: 'good' | 'bad' | 'first' | 'second'
  values: readonly (number | null)[]
}

interface ChartProps {
  id: string
  title: string
  /** The picture in a sentence, for those who do not see it. */
  description: string
  kind: 'bars' | 'lines'
  series: readonly Series[]
  /** The upper end of the scale; default: the largest value. */
  most?: number
  /** The scale's upper end in words, with its unit; a picture with nothing in it has none. */
  mostWords: (most: number) => string
  from: string
  until: string
}

const WIDTH = 600
const HEIGHT = 120

/** A picture of some numbers over time: bars stand on each other, lines have gaps where there is nothing. */
export function Chart({ id, title, description, kind, series, most, mostWords, from, until }: ChartProps) {
  const top = most ?? largest(kind, series)
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <ul class="chart-key">
          {series.map(({ name, look }) => (
            <li class={`chart-${look}`}>
              <svg viewBox="0 0 16 8" width="16" height="8" aria-hidden="true">
                {kind === 'bars' ? (
                  <path class="chart-bars" d="M0 0h16v8H0z" />
                ) : (
                  <path class="chart-line" d="M0 4h16" />
                )}
              </svg>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <p class="chart-most">{isEmpty(kind, series) ? 'Nothing in this time' : mostWords(top)}</p>
      <svg
        class="chart-picture"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={`${id}-title ${id}-text`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>{description}</desc>
        <path class="chart-grid" d={`M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {kind === 'bars'
          ? stacked(series, top).map((d, at) => <path class={`chart-bars chart-${series[at]?.look}`} d={d} />)
          : series.map(({ look, values }) => <path class={`chart-line chart-${look}`} d={line(values, top)} />)}
      </svg>
      <p class="chart-span">
        <span>{from}</span>
        <span>{until}</span>
      </p>
    </figure>
  )
}

/** A line at nought says something, a bar does not. */
function isEmpty(kind: 'bars' | 'lines', series: readonly Series[]): boolean {
  return series.every(({ values }) => values.every((value) => value === null || (kind === 'bars' && value === 0)))
}

function largest(kind: 'bars' | 'lines', series: readonly Series[]): number {
  const columns = (series[0]?.values ?? []).map((_, at) => series.map(({ values }) => values[at] ?? 0))
  const tops = columns.map((column) => (kind === 'bars' ? column.reduce((a, b) => a + b, 0) : Math.max(...column)))
  return Math.max(1, ...tops)
}

/** One path a series: a browser draws it at once, and it is a tenth of as many rectangles. */
function stacked(series: readonly Series[], top: number): string[] {
  const steps = series[0]?.values.length ?? 0
  const width = WIDTH / Math.max(1, steps)
  const base = Array<number>(steps).fill(0)
  return series.map(({ values }) => {
    let d = ''
    for (const [at, value] of values.entries()) {
      if (!value) continue
      const from = base[at] ?? 0
      base[at] = from + value
      // What happened is seen, however little it is beside the rest.
      const height = Math.max(1.5, (value / top) * HEIGHT)
      d += `M${short(at * width)} ${short(HEIGHT - (from / top) * HEIGHT)}v${short(-height)}h${short(width * 0.86)}v${short(height)}z`
    }
    return d
  })
}

function line(values: readonly (number | null)[], top: number): string {
  const width = WIDTH / Math.max(1, values.length)
  let d = ''
  let drawing = false
  for (const [at, value] of values.entries()) {
    if (value !== null) {
      const y = short(HEIGHT - 1 - (value / top) * (HEIGHT - 2))
      // A value between two gaps is a short line of its own.
      d += drawing ? `H${short(at * width)}V${y}h${short(width)}` : `M${short(at * width)} ${y}h${short(width)}`
    }
    drawing = value !== null
  }
  return d
}

const short = (value: number) => Math.round(value * 10) / 10
