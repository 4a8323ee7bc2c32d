export type Crumb = readonly [label: string, href: string]

/** The way back up. The page itself is not in it: its title is right below. */
export function Crumbs({ of }: { of: readonly Crumb[] }) {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <ol>
        {of.map(([label, href]) => (
          <li>
            <a href={href}>{label}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
