import type { Child } from 'hono/jsx'

/** One number with its unit and the time it is about. */
export function Figure({
  label,
  value,
  unit,
  span,
  tone,
  href,
}: {
  label: string
  value: number | string
  unit?: string
  span?: string
  tone?: string | undefined
  /** Where the number leads. */
  href?: string | undefined
}) {
  const number =
    typeof value === 'number' ? (
      <data class="figure-value" value={String(value)}>
        {value.toLocaleString('en-GB')}
      </data>
    ) : (
      <span class="figure-value">{value}</span>
    )
  return (
    <div class={tone ? `figure tone-${tone}` : 'figure'}>
      <dt>{label}</dt>
      <dd>
        {href === undefined ? number : <a href={href}>{number}</a>}
        {unit !== undefined && <span class="figure-unit"> {unit}</span>}
        {span !== undefined && <span class="figure-span">{span}</span>}
      </dd>
    </div>
  )
}

export function Figures({ children }: { children?: Child }) {
  return <dl class="figures">{children}</dl>
}
