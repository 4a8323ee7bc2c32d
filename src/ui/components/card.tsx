import type { Child } from 'hono/jsx'

interface CardProps {
  title?: string
  id?: string
  /** Under the title: what this is about. */
  lead?: Child
  /** At the right of the title. */
  actions?: Child
  children?: Child
}

export function Card({ title, id, lead, actions, children }: CardProps) {
  return (
    <section class="card" id={id}>
      {(title !== undefined || actions) && (
        <header class="card-head">
          <div>
            {title !== undefined && <h2>{title}</h2>}
            {lead && <p class="lead">{lead}</p>}
          </div>
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  )
}

/** Names and values, one under the other. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: Child])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
