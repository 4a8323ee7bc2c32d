// The pages of `docs` as the platform shows them: Markdown, as far as they use it, written as HTML.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

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
  const blocks = blocksOf(lines.slice(first + 1))
  const lead = blocks[0]?.kind === 'p' ? plain(blocks[0].text) : ''
  return { slug, title, lead, html: blocks.map(htmlOf).join('') }
}

const FENCE = /^( *)```(\w*)/
const ITEM = /^( *)(?:[-*]|(\d+)\.) +/

function blocksOf(lines) {
  const blocks = []
  for (let at = 0; at < lines.length;) {
    const line = lines[at]
    if (line.trim() === '') {
      at++
      continue
    }
    const fence = FENCE.exec(line)
    const heading = /^(#{2,6}) (.*)/.exec(line)
    if (fence) {
      const end = lines.findIndex((one, index) => index > at && one.trim() === '```')
      const text = lines.slice(at + 1, end).map((one) => one.slice(Math.min(fence[1].length, one.search(/\S|$/))))
      blocks.push({ kind: 'code', language: fence[2], text: text.join('\n') })
      at = end + 1
    } else if (heading) {
      blocks.push({ kind: `h${heading[1].length}`, text: heading[2] })
      at++
    } else if (line.startsWith('|')) {
      const rows = take(lines, at, (one) => one.startsWith('|'))
      blocks.push({ kind: 'table', rows })
      at += rows.length
    } else if (line.startsWith('>')) {
      const some = take(lines, at, (one) => one.startsWith('>'))
      blocks.push({ kind: 'quote', blocks: blocksOf(some.map((one) => one.replace(/^> ?/, ''))) })
      at += some.length
    } else if (ITEM.test(line)) {
      const [list, next] = listAt(lines, at)
      blocks.push(list)
      at = next
    } else {
      const some = take(lines, at, (one, index) => one.trim() !== '' && (index === at || !startsBlock(one)))
      blocks.push({ kind: 'p', text: some.map((one) => one.trim()).join(' ') })
      at += some.length
    }
  }
  return blocks
}

const startsBlock = (line) => FENCE.test(line) || /^#{2,6} /.test(line) || line.startsWith('|') || ITEM.test(line)

function take(lines, from, wanted) {
  const end = lines.findIndex((line, index) => index >= from && !wanted(line, index))
  return lines.slice(from, end < 0 ? undefined : end)
}

/** A list with all that is indented below its items. */
function listAt(lines, from) {
  const [, indent, number] = ITEM.exec(lines[from])
  const items = []
  let at = from
  while (at < lines.length) {
    const found = ITEM.exec(lines[at])
    if (!found || found[1].length !== indent.length || (found[2] === undefined) !== (number === undefined)) break
    const width = found[0].length
    const inside = [lines[at].slice(width)]
    at++
    while (at < lines.length) {
      const line = lines[at]
      const deeper = line.search(/\S/) >= Math.min(width, indent.length + 2)
      const goesOn = line.trim() !== '' && !startsBlock(line) && lines[at - 1].trim() !== ''
      const blank = line.trim() === '' && (lines[at + 1] ?? '').search(/\S/) > indent.length
      if (!deeper && !goesOn && !blank) break
      inside.push(deeper ? line.slice(Math.min(width, line.search(/\S/))) : line.trim())
      at++
    }
    items.push(blocksOf(inside))
    while (at < lines.length && lines[at].trim() === '' && ITEM.exec(lines[at + 1] ?? '')?.[1].length === indent.length)
      at++
  }
  return [{ kind: number === undefined ? 'ul' : 'ol', items }, at]
}

function htmlOf(block) {
  if (block.kind === 'code') return `<pre tabindex="0"><code>${escape(block.text)}</code></pre>`
  if (block.kind === 'table') return tableOf(block.rows)
  if (block.kind === 'quote') return `<blockquote>${block.blocks.map(htmlOf).join('')}</blockquote>`
  if (block.items)
    return `<${block.kind}>${block.items.map((one) => `<li>${itemOf(one)}</li>`).join('')}</${block.kind}>`
  if (block.kind === 'p') return `<p>${inline(block.text)}</p>`
  return `<${block.kind} id="${anchorOf(block.text)}">${inline(block.text)}</${block.kind}>`
}

/** A paragraph that stands first in an item needs none of its own. */
const itemOf = ([first, ...rest]) =>
  (first?.kind === 'p' ? inline(first.text) : first ? htmlOf(first) : '') + rest.map(htmlOf).join('')

function tableOf([head, , ...rows]) {
  const cells = (row) =>
    row
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((one) => inline(one.trim().replaceAll('\\|', '|')))
  const titles = cells(head)
  const top = titles.map((one) => `<th scope="col">${one || '<span class="unseen">Value</span>'}</th>`).join('')
  const body = rows
    .map(
      (row) =>
        `<tr>${cells(row)
          .map((one) => `<td>${one}</td>`)
          .join('')}</tr>`,
    )
    .join('')
  const name = escape(plain(head.replaceAll('|', ' ').replaceAll(/\s+/g, ' ').trim()) || 'Table')
  return `<div class="table-frame" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${top}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** Code first: nothing within it is anything else, and it may stand within what is. */
function inline(text) {
  const codes = []
  const words = text.replaceAll(/`+([^`]+)`+/g, (_, code) => `\ue000${codes.push(code) - 1}\ue001`)
  return spans(words).replaceAll(/\ue000(\d+)\ue001/g, (_, at) => `<code>${escape(codes[at])}</code>`)
}

function spans(text) {
  return escape(text)
    .replaceAll(/&lt;(https?:\/\/[^\s&]+)&gt;/g, '<a href="$1">$1</a>')
    .replaceAll(/!\[([^\]]*)\]\([^)]+\)/g, '')
    .replaceAll(/\[((?:[^\]]|\](?!\())*)\]\(([^)\s]+)\)/g, (_, words, to) => linkOf(words, to))
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(?<![\w/])_([^_]+)_(?!\w)/g, '<em>$1</em>')
}

/** Pages lead to pages here; what else lies in the repository is named and not linked. */
function linkOf(words, to) {
  if (/^https?:/.test(to)) return `<a href="${to}">${words}</a>`
  const page = /^(?:docs\/|\.\/)?([\w-]*)(?:\.md)?(#[\w-]+)?$/.exec(to)
  if (!page) return words
  const [, slug, anchor = ''] = page
  return `<a href="${slug === '' ? '' : `/docs/${slug}`}${anchor}">${words}</a>`
}

/** As links to it are written: lower case, spaces as dashes, most other characters left out. */
const anchorOf = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')

const plain = (text) => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]|(?<!\w)_|_(?!\w)/g, '')
const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
