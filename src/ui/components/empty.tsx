import type { Child } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

/** Where there is nothing yet: what would be here, and how it gets here. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName
  title: Child
  children?: Child
  action?: Child
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <p class="empty-title">{title}</p>
      {children && <p class="empty-text">{children}</p>}
      {action && <div class="actions">{action}</div>}
    </div>
  )
}
