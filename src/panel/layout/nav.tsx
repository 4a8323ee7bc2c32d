import type { Child } from 'hono/jsx'
import { Icon, type IconName } from '../components/icon.tsx'

/** The places of the panel. What is to come (delivery, replay, alerts) gets its line here. */
const GROUPS: readonly { title: string | null; links: readonly NavLink[] }[] = [
  {
    title: null,
    links: [
      { key: 'home', label: 'Overview', href: '/', icon: 'home' },
      { key: 'sources', label: 'Sources', href: '/sources', icon: 'source' },
      { key: 'destinations', label: 'Destinations', href: '/destinations', icon: 'destination' },
      { key: 'catalogue', label: 'Catalogue', href: '/catalogue', icon: 'catalogue' },
    ],
  },
]

interface NavLink {
  key: NavKey
  label: string
  href: string
  icon: IconName
}

export type NavKey = 'home' | 'sources' | 'destinations' | 'catalogue' | 'people' | 'tokens' | 'audit' | 'workspace'

export function Nav({ current, foot, head }: { current?: NavKey | undefined; head?: Child; foot?: Child }) {
  return (
    <nav class="nav" id="nav" aria-label="Panel" popover="auto">
      {head}
      {GROUPS.map(({ title, links }) => (
        <div class="nav-group">
          {title !== null && <p class="nav-title">{title}</p>}
          <ul>
            {links.map(({ key, label, href, icon }) => (
              <li>
                <a href={href} aria-current={key === current ? 'page' : undefined}>
                  <Icon name={icon} />
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div class="nav-foot">{foot}</div>
    </nav>
  )
}
