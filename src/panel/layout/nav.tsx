import type { Child } from 'hono/jsx'
import { type Access, may, type Permission } from '../../accounts/index.ts'
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
  {
    title: 'Workspace',
    links: [
      { key: 'people', label: 'Members', href: '/people', icon: 'people' },
      { key: 'tokens', label: 'API tokens', href: '/tokens', icon: 'key', needs: 'tokens:read' },
      { key: 'audit', label: 'Audit trail', href: '/audit', icon: 'audit', needs: 'audit:read' },
    ],
  },
]

interface NavLink {
  key: NavKey
  label: string
  href: string
  icon: IconName
  /** Left out for those who may not go there. */
  needs?: Permission
}

export type NavKey = 'home' | 'sources' | 'destinations' | 'catalogue' | 'people' | 'tokens' | 'audit' | 'workspace'

interface NavProps {
  access: Access
  current?: NavKey | undefined
  head?: Child
  foot?: Child
}

export function Nav({ access, current, foot, head }: NavProps) {
  const open = ({ needs }: NavLink) => needs === undefined || may(access, needs)
  return (
    <nav class="nav" id="nav" aria-label="Panel" popover="auto">
      {head}
      {GROUPS.map(({ title, links }) => (
        <div class="nav-group">
          {title !== null && <p class="nav-title">{title}</p>}
          <ul>
            {links.filter(open).map(({ key, label, href, icon }) => (
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
