import type { Child } from 'hono/jsx'

/** One number with its unit and the time it is about. */
export function Figure({
  label,
  value,
  unit,
  span,
  tone,
}: {
  label: string
  value: number | string
  unit?: string
  span?: string
  tone?: string | undefined
}) {
  return (
    <div class={tone ? `figure tone-${tone}` : 'figure'}>
      <dt>{label}</dt>
      <dd>
        {typeof value === 'number' ? (
          <data class="figure-value" value={String(value)}>
            {value.toLocaleString('en-GB')}
          </data>
        ) : (
          <span class="figure-value">{value}</span>
        )}
        {unit !== undefined && <span class="figure-unit"> {unit}</span>}
        {span !== undefined && <span class="figure-span">{span}</span>}
      </dd>
    </div>
  )
}

export function Figures({ children }: { children?: Child }) {
  return <dl class="figures">{children}</dl>
}

const WIDTH = 120
const HEIGHT = 28

/** The shape of some numbers over time, said in words to those who do not see it. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(...values, 1)
  const step = values.length > 1 ? WIDTH / (values.length - 1) : WIDTH
  const points = values.map(
    (value, index) => `${round(index * step)},${round(HEIGHT - 2 - (value / most) * (HEIGHT - 4))}`,
  )
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
      <polygon class="sparkline-area" points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline class="sparkline-line" points={points.join(' ')} />
    </svg>
  )
}

const round = (value: number) => Math.round(value * 10) / 10
