import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contrastOf, inkOn } from '../../../src/control/programme/contrast.ts'
import { safePng } from '../../../src/control/png.ts'
import { safeSvg } from '../../../src/control/svg.ts'

const svg = (inside: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"${attributes}>${inside}</svg>`
const made = (text: string) => {
  const result = safeSvg(text)
  if ('problem' in result) throw new Error(result.problem)
  return result
}

describe('an SVG', () => {
  it('of paths and gradients stays as it is', () => {
    const text = svg(
      '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs><path d="M0 0h8v8z" fill="url(#g)"></path><title>A &amp; B</title>',
    )
    expect(made(text)).toEqual({ svg: text, removed: [] })
    expect(made(`\u{feff}<?xml version="1.0"?>\n<!-- x -->${text}\n`).svg).toBe(text)
  })

  it.each([
    ['<script>alert(1)</script>', '<script>'],
    ['<ScRiPt>alert(1)</ScRiPt>', '<ScRiPt>'],
    ['<script href="https://evil.example/x.js"/>', '<script>'],
    ['<foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject>', '<foreignObject>'],
    ['<a href="javascript:alert(1)"><path d="M0 0"/></a>', '<a>'],
    ['<image href="https://evil.example/x.png"/>', '<image>'],
    ['<style>@import url(https://evil.example)</style>', '<style>'],
    ['<animate attributeName="href" to="javascript:alert(1)"/>', '<animate>'],
    ['<set attributeName="onload" to="alert(1)"/>', '<set>'],
    ['<path onload="alert(1)" d="M0 0"/>', 'onload'],
    ['<path ONCLICK="alert(1)" d="M0 0"/>', 'ONCLICK'],
    ['<path style="background:url(https://evil.example)" d="M0 0"/>', 'style'],
    ['<path fill="url(https://evil.example/#g)" d="M0 0"/>', 'fill'],
    ['<path fill="url(#a) url(https://evil.example)" d="M0 0"/>', 'fill'],
    ['<path fill="u\\72l(https://evil.example)" d="M0 0"/>', 'fill'],
    ['<use href="https://evil.example/#x"/>', 'href'],
    ['<use xlink:href="data:image/svg+xml,x#x"/>', 'xlink:href'],
    ['<use href="&#106;avascript:alert(1)"/>', 'href'],
  ])('%s loses %s', (inside, gone) => {
    const { svg: text, removed } = made(svg(inside))
    expect(removed).toContain(gone)
    expect(text).not.toMatch(/script|evil|alert|iframe|style|@|on\w+=/i)
  })

  it.each([
    '<!DOCTYPE svg [<!ENTITY a "x">]><svg></svg>',
    svg('<![CDATA[<script>]]>'),
    svg('&unknown;'),
    svg('<g>'),
    svg('</g>'),
    svg('<g></path>'),
    svg('<path d=M0/>'),
    svg('<path d="<"/>'),
    '<svg></svg><svg></svg>',
    '<svg></svg>words',
    '<html><svg></svg></html>',
    'words',
    '<!-- never ends',
    svg('<g/>'.repeat(2_001)),
    svg(' '.repeat(70_000)),
  ])('that is none is refused: %#', (text) => {
    expect(safeSvg(text)).toMatchObject({ problem: expect.any(String) as string })
  })

  const tenfold = (n: number, part: (id: string) => string, around: (id: string, inside: string) => string) =>
    Array.from({ length: n }, (_, i) => around(`p${i + 1}`, part(`p${i}`).repeat(10))).join('')

  it.each([
    tenfold(
      9,
      (id) => `<use href="#${id}"/>`,
      (id, inside) => `<g id="${id}">${inside}</g>`,
    ),
    tenfold(
      9,
      (id) => `<USE xlink:href="&#35;${id}"/>`,
      (id, inside) => `<symbol id="${id}">${inside}</symbol>`,
    ),
    tenfold(
      9,
      (id) => `<path mask="url( '#${id}' )"/>`,
      (id, inside) => `<mask id="${id}">${inside}</mask>`,
    ),
    tenfold(
      9,
      (id) => `<g clip-path="url(#${id})"/>`,
      (id, inside) => `<clipPath id="${id}">${inside}</clipPath>`,
    ),
    '<g id="a"><g id="b"><use href="#a"/></g></g>',
  ])('that copies itself without an end is refused: %#', (inside) => {
    expect(safeSvg(svg(inside))).toMatchObject({ problem: expect.stringContaining('uses parts of itself') as string })
  })

  it('may use its parts as often as drawings do', () => {
    const part = '<symbol id="p0"><path d="M0 0h8v8z"/></symbol>'
    const uses = tenfold(
      3,
      (id) => `<use href="#${id}"/>`,
      (id, inside) => `<g id="${id}">${inside}</g>`,
    )
    expect(made(svg(part + uses)).removed).toEqual([])
  })

  it('is read in little time, whatever it is', () => {
    const began = performance.now()
    for (const part of ['<a ', '<', ' a="" ', '&#x', '<svg', '"']) safeSvg(`<svg${part.repeat(60_000 / part.length)}`)
    safeSvg(`<svg${' '.repeat(60_000)}`)
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('a PNG', () => {
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

  it('stays, as base64 or as a data address', () => {
    expect(safePng(dot)).toEqual({ png: dot })
    expect(safePng(`data:image/png;base64,${dot}`)).toEqual({ png: dot })
  })

  it('loses what is no picture, before its end and after it', () => {
    const bytes = Buffer.from(dot, 'base64')
    const words = Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.from('tEXtsecret'), Buffer.alloc(4)])
    const more = Buffer.concat([bytes.subarray(0, 33), words, bytes.subarray(33), Buffer.from('<script>')])
    expect(safePng(more.toString('base64'))).toEqual({ png: dot })
  })

  it.each([
    '',
    'words!',
    btoa('words'),
    dot.slice(0, 40),
    readFileSync(join(import.meta.dirname, '../../../docs/pictures/debugger.png')).toString('base64'),
  ])('that is none, or too large, is refused: %#', (text) => {
    expect(safePng(text)).toMatchObject({ problem: expect.any(String) as string })
  })
})

it('tells which colours can be read', () => {
  expect(contrastOf('#0b6b82', 'colour').enough).toBe(true)
  expect(contrastOf('#63c3da', 'colourDark').enough).toBe(true)
  expect(contrastOf('#ffee00', 'colour').enough).toBe(false)
  expect(contrastOf('#0b1622', 'colourDark').enough).toBe(false)
  expect(contrastOf('#000000', 'colour').ratio).toBeGreaterThan(19)
  expect([inkOn('#ffee00'), inkOn('#0b6b82')]).toEqual(['#000000', '#ffffff'])
})
