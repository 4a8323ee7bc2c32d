// The pages of `docs` as the platform shows them: Markdown, as far as they use it, written as HTML.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { leadOf, renderMarkdown } from '../../src/control/markdown.ts'

/**
 * Every page: `{"slug":"direct","title":"Direct","lead":"…","html":"…"}`, in the order of their titles. Throws where a page has no title.
 *
 * @param {string} dir the directory of the pages
 * @returns {{slug: string, title: string, lead: string, html: string}[]}
 */
export function buildDocs(dir) {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.md'))
    .map((name) => pageOf(name.slice(0, -3), readFileSync(join(dir, name), 'utf8')))
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
}

function pageOf(slug, text) {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('# '))
  if (first < 0) throw new Error(`docs/${slug}.md has no title`)
  const title = lines[first].slice(2).trim()
  const rest = lines.slice(first + 1).join('\n')
  return { slug, title, lead: leadOf(rest), html: renderMarkdown(rest, { link: linkOf, anchors: true, deeper: 0 }) }
}

/** Pages lead to pages here; what else lies in the repository is named and not linked. */
function linkOf(to) {
  if (/^https?:/.test(to)) return to
  const page = /^(?:docs\/|\.\/)?([\w-]*)(?:\.md)?(#[\w-]+)?$/.exec(to)
  if (!page) return undefined
  const [, slug, anchor = ''] = page
  return `${slug === '' ? '' : `/docs/${slug}`}${anchor}`
}
