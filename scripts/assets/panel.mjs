// What the panel's pages load beside themselves: one style sheet, and a script for each file of a `browser` folder. Both
// lie beside what they are for, so that a part of the panel brings its own and no list names it.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { buildSync } from 'esbuild'

/**
 * Of rules with the same weight the later counts, so what is more particular comes later: tokens, elements, what all pages
 * have in common, the frame, the parts, and last the features. Within one of these the order of the paths, which nothing
 * may hang on: who dresses another's part does it with more weight (`.card .empty`).
 */
const ORDER = ['ui/tokens.css', 'ui/base.css', 'ui/common.css', 'ui/layout/', 'ui/components/', 'control/']

/**
 * Every file by the name that it is served under: `panel.css`, and `<name>.js` for each `browser/<name>.ts`. Throws when a
 * style sheet lies outside of `ORDER`, or two scripts have one name.
 *
 * @param {string} src the directory of the sources
 * @returns {Record<string, string>}
 */
export function buildPanel(src) {
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .toSorted()
  const scripts = paths.filter((path) => /\/browser\/[\w-]+\.ts$/.test(path))
  const names = scripts.map((path) => basename(path, '.ts'))
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new Error(`Two browser scripts are called ${twice}.ts: give one another name`)
  return {
    'panel.css': stylesOf(paths)
      .map((path) => readFileSync(join(src, path), 'utf8'))
      .join(''),
    ...Object.fromEntries(scripts.map((path) => [`${basename(path, '.ts')}.js`, bundle(join(src, path))])),
  }
}

/** The style sheets in the order in which they count. */
function stylesOf(paths) {
  const sheets = paths.filter((path) => path.endsWith('.css'))
  const placeOf = (path) => ORDER.findIndex((one) => path.startsWith(one))
  const lost = sheets.find((path) => placeOf(path) < 0)
  if (lost !== undefined)
    throw new Error(`${lost} has no place in the style sheet: see ORDER in scripts/assets/panel.mjs`)
  return sheets.toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** As one file for browsers, with all that it imports. */
function bundle(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}
