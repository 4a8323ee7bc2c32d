import type { Child } from 'hono/jsx'
import { type Access, may, type Permission } from '../../accounts/index.ts'
import { Icon, type IconName } from '../components/icon.tsx'

/** A place in the navigation. */
export interface NavEntry {
  key: string
  label: string
  href: string
  icon: IconName
  /** Places of the same group stand together, under its title. */
  group: keyof typeof GROUPS
  /** How much of it the person has not seen stands beside it. */
  counted?: true
  /** Left out for those who may not go there. */
  needs?: Permission
}

const GROUPS = { main: null, workspace: 'Workspace', deployment: 'Deployment' } as const

/** As far as what is unread is counted. */
export const MOST_UNREAD = 100

interface NavProps {
  places: readonly NavEntry[]
  access: Access
  current?: string | undefined
  /** What the person has not seen. */
  unread?: number | undefined
  head?: Child
  foot?: Child
}

export function Nav({ places, access, current, unread = 0, foot, head }: NavProps) {
  const open = places.filter(({ needs }) => needs === undefined || may(access, needs))
  return (
    <nav class="nav" id="nav" aria-label="Panel" popover="auto">
      {head}
      {Object.entries(GROUPS).map(([group, title]) => {
        const within = open.filter((place) => place.group === group)
        return (
          within.length > 0 && (
            <div class="nav-group">
              {title !== null && <p class="nav-title">{title}</p>}
              <ul>
                {within.map(({ key, label, href, icon, counted }) => (
                  <li>
                    <a href={href} aria-current={key === current ? 'page' : undefined}>
                      <Icon name={icon} />
                      {label}
                      {counted && unread > 0 && (
                        <span class="nav-count">
                          {unread < MOST_UNREAD ? unread : `${MOST_UNREAD - 1}+`}
                          <span class="unseen"> new</span>
                        </span>
                      )}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          )
        )
      })}
      <div class="nav-foot">{foot}</div>
    </nav>
  )
}
