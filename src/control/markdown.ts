/** What a renderer of Markdown is told of links and headings. */
export interface MarkdownTerms {
  /** Where a link leads, as it is to stand in `href`; `undefined`: nowhere, and its words stay. */
  link(to: string): string | undefined
  /** What `rel` its links have. */
  rel?: string
  /** Whether headings have ids, so that links can lead to them. */
  anchors: boolean
  /** How much deeper its headings stand than they are written. */
  deeper: number
}

/** Lists and quotes within each other; what is deeper is words. */
const MOST_LEVELS = 8

interface ListBlock {
  kind: 'ul' | 'ol'
  items: Block[][]
}

type Block =
  | { kind: 'code'; text: string }
  | { kind: 'table'; rows: string[] }
  | { kind: 'quote'; blocks: Block[] }
  | ListBlock
  | { kind: 'p'; text: string }
  | { kind: 'heading'; level: number; text: string }

/**
 * Markdown as HTML: headings, paragraphs, lists, quotes, tables, code, links, bold and italic. Every tag is written here:
 * whatever HTML the text has is shown as text, pictures are left out, and a link leads where `terms.link` says. It takes time
 * in proportion to the text, whatever stands in it.
 */
export function renderMarkdown(text: string, terms: MarkdownTerms): string {
  // What stands for code and links while the rest is written is nobody's to send.
  const lines = text.replaceAll(/[\ue000-\ue003\0]/g, '').split(/\r?\n/)
  return blocksOf(lines, 0)
    .map((block) => htmlOf(block, terms))
    .join('')
}

/** The words of Markdown in one line, without its marks. */
export function plainOf(text: string): string {
  return text.replaceAll(/\[([^\]]{0,500})\]\([^)]{0,2000}\)/g, '$1').replaceAll(/[`*]|(?<!\w)_|_(?!\w)/g, '')
}

/** The first paragraph in words, before any heading; empty: there is none. */
export function leadOf(text: string): string {
  const [first] = blocksOf(text.split(/\r?\n/), 0)
  return first?.kind === 'p' ? plainOf(first.text) : ''
}

const FENCE = /^( *)```/
const ITEM = /^( *)(?:[-*]|(\d{1,9})\.) +/
const HEADING = /^(#{1,6}) (.*)/

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const fence = FENCE.exec(line)
    const heading = HEADING.exec(line)
    if (line.trim() === '') at++
    else if (fence) {
      const end = endOf(lines, at + 1, (one) => one.trim() !== '```')
      const width = fence[1]?.length ?? 0
      const inside = lines.slice(at + 1, end).map((one) => one.slice(Math.min(width, one.search(/\S|$/))))
      blocks.push({ kind: 'code', text: inside.join('\n') })
      at = end + 1
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' })
      at++
    } else if (line.startsWith('|')) {
      const end = endOf(lines, at, (one) => one.startsWith('|'))
      blocks.push({ kind: 'table', rows: lines.slice(at, end) })
      at = end
    } else if (line.startsWith('>') && depth < MOST_LEVELS) {
      const end = endOf(lines, at, (one) => one.startsWith('>'))
      const inside = lines.slice(at, end).map((one) => one.replace(/^> ?/, ''))
      blocks.push({ kind: 'quote', blocks: blocksOf(inside, depth + 1) })
      at = end
    } else if (ITEM.test(line) && depth < MOST_LEVELS) {
      const [list, next] = listAt(lines, at, depth)
      blocks.push(list)
      at = next
    } else {
      const end = endOf(lines, at + 1, (one) => one.trim() !== '' && !startsBlock(one))
      const words = lines.slice(at, end).map((one) => one.trim())
      blocks.push({ kind: 'p', text: words.join(' ') })
      at = end
    }
  }
  return blocks
}

const startsBlock = (line: string) => FENCE.test(line) || HEADING.test(line) || line.startsWith('|') || ITEM.test(line)

/** The first line from here on that is no longer wanted. */
function endOf(lines: readonly string[], from: number, isWanted: (line: string) => boolean): number {
  let at = from
  while (at < lines.length && isWanted(lines[at] ?? '')) at++
  return at
}

/** A list with all that is indented below its items, and where it ends. */
function listAt(lines: readonly string[], from: number, depth: number): [ListBlock, number] {
  const [, indent = '', number] = ITEM.exec(lines[from] ?? '') ?? []
  const items: Block[][] = []
  let at = from
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const found = ITEM.exec(line)
    if (!found || found[1]?.length !== indent.length || (found[2] === undefined) !== (number === undefined)) break
    const width = found[0].length
    const inside = [line.slice(width)]
    at++
    while (at < lines.length) {
      const next = lines[at] ?? ''
      const isDeeper = next.search(/\S/) >= Math.min(width, indent.length + 2)
      const goesOn = next.trim() !== '' && !startsBlock(next) && lines[at - 1]?.trim() !== ''
      const isGap = next.trim() === '' && (lines[at + 1] ?? '').search(/\S/) > indent.length
      if (!isDeeper && !goesOn && !isGap) break
      inside.push(isDeeper ? next.slice(Math.min(width, next.search(/\S/))) : next.trim())
      at++
    }
    items.push(blocksOf(inside, depth + 1))
    while (
      at < lines.length &&
      lines[at]?.trim() === '' &&
      ITEM.exec(lines[at + 1] ?? '')?.[1]?.length === indent.length
    )
      at++
  }
  return [{ kind: number === undefined ? 'ul' : 'ol', items }, at]
}

function htmlOf(block: Block, terms: MarkdownTerms): string {
  switch (block.kind) {
    case 'code':
      return `<pre tabindex="0"><code>${escaped(block.text)}</code></pre>`
    case 'table':
      return tableOf(block.rows, terms)
    case 'quote':
      return `<blockquote>${block.blocks.map((one) => htmlOf(one, terms)).join('')}</blockquote>`
    case 'ul':
    case 'ol':
      return `<${block.kind}>${block.items.map((one) => `<li>${itemOf(one, terms)}</li>`).join('')}</${block.kind}>`
    case 'p':
      return `<p>${inline(block.text, terms)}</p>`
    case 'heading': {
      const name = `h${Math.min(6, block.level + terms.deeper)}`
      const id = terms.anchors ? ` id="${anchorOf(block.text)}"` : ''
      return `<${name}${id}>${inline(block.text, terms)}</${name}>`
    }
  }
}

/** A paragraph that stands first in an item needs none of its own. */
function itemOf([first, ...rest]: readonly Block[], terms: MarkdownTerms): string {
  const words = first?.kind === 'p' ? inline(first.text, terms) : first ? htmlOf(first, terms) : ''
  return words + rest.map((one) => htmlOf(one, terms)).join('')
}

function tableOf([head = '', , ...rows]: readonly string[], terms: MarkdownTerms): string {
  const cellsOf = (row: string) =>
    row
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((one) => inline(one.trim().replaceAll('\\|', '|'), terms))
  const titles = cellsOf(head).map((one) => `<th scope="col">${one || '<span class="unseen">Value</span>'}</th>`)
  const body = rows.map(
    (row) =>
      `<tr>${cellsOf(row)
        .map((one) => `<td>${one}</td>`)
        .join('')}</tr>`,
  )
  const name = escaped(plainOf(head.replaceAll('|', ' ').replaceAll(/\s+/g, ' ').trim()) || 'Table')
  return `<div class="table-frame" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${titles.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** Code first: nothing within it is anything else, and it may stand within what is. Then links, whose tags nothing changes. */
function inline(text: string, { link, rel }: MarkdownTerms): string {
  const codes: string[] = []
  const tags: string[] = []
  const open = (to: string, words: string) => {
    const href = link(to)
    if (href === undefined) return words
    tags.push(`<a href="${escaped(href)}"${rel === undefined ? '' : ` rel="${rel}"`}>`)
    return `\ue002${tags.length - 1}\ue003${words}\ue002/\ue003`
  }
  const marked = text
    .replaceAll(/(?<!`)`+([^`]+)`+/g, (_, code: string) => `\ue000${codes.push(code) - 1}\ue001`)
    .replaceAll(/<(https?:\/\/[^\s<>"]{1,2000})>/g, (_, to: string) => open(to, to))
    .replaceAll(/!\[[^\]]{0,500}\]\([^)]{1,2000}\)/g, '')
    .replaceAll(/\[((?:[^\]]|\](?!\()){0,500})\]\(([^)\s]{1,2000})\)/g, (_, words: string, to: string) =>
      open(to, words),
    )
  return escaped(marked)
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(?<![\w/])_([^_]+)_(?!\w)/g, '<em>$1</em>')
    .replaceAll(/\ue002(\d+|\/)\ue003/g, (_, at: string) => (at === '/' ? '</a>' : (tags[Number(at)] ?? '')))
    .replaceAll(/\ue000(\d+)\ue001/g, (_, at: string) => `<code>${escaped(codes[Number(at)] ?? '')}</code>`)
}

/** As links to it are written: lower case, spaces as dashes, most other characters left out. */
function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** What a company may say of its integration: links to other sites only, which search engines are told not to count. */
const PARTNERS: MarkdownTerms = {
  link: (to) => (/^https:\/\//i.test(to) && URL.canParse(to) ? new URL(to).href : undefined),
  rel: 'nofollow ugc noopener',
  anchors: false,
  deeper: 2,
}

export function renderPartnerMarkdown(text: string): string {
  return renderMarkdown(text, PARTNERS)
}
