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
