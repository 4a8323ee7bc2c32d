import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { build, type Loader, type Metafile, transform, type TransformOptions } from 'esbuild'
import { type Edit, mutate } from './mutations/mutation.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ENTRY = 'test/simulation/mutant.ts'
/** A module becomes a function: what it imports it asks for, each by what is written in its source. */
const AS_FUNCTION: TransformOptions = { format: 'cjs', target: 'node24', platform: 'node' }
const DIRNAME = 'import.meta.dirname'

/** What a module imports: what is written in its source, and the module's path or, of a package, the same again. */
type Imports = Record<string, string>

/**
 * Writes `mutant.ts` with all that it loads to `outfile`, as one script for all mutants: what Node makes of it is kept. Forked,
 * it is sent a `Mutant`, links it with its own modules in the place of the same ones here, and sends what it has `Found`.
 */
export async function linkSimulation(outfile: string): Promise<void> {
  const { inputs } = await graphOf(ENTRY)
  const modules = Object.entries(inputs).map(([path, { imports }]) => ({ path, imports: importsOf(imports) }))
  const names = new Set(modules.flatMap(({ imports }) => Object.values(imports)).filter((name) => !(name in inputs)))
  const packages = await packagesOf([...names].filter((name) => !name.startsWith('node:')))
  const functions = await Promise.all(
    modules.map(async ({ path, imports }) => {
      const code = await functionOf(path, readFileSync(join(ROOT, path), 'utf8'))
      return `${JSON.stringify(path)}: [${JSON.stringify(imports)}, (exports, require, module) => {${code}\n}]`
    }),
  )
  const text = `const packages = (() => {const module = {}; ${packages}; return module.exports})()
const modules = {${functions.join(',\n')}}
${LINK}
process.on('message', ({ own, sources }) =>
  void link(own)(${JSON.stringify(ENTRY)}).found(sources).then((said) => process.send(said)))\n`
  // Whoever starts it meanwhile finds the old one or the new one, whole.
  const fresh = `${outfile}.${process.pid}`
  writeFileSync(fresh, text)
  renameSync(fresh, outfile)
}

/** Of a mutant: links a module and, before it, what it imports; its own modules first. */
const LINK = `const { compileFunction } = require('node:vm')
const link = (own) => {
  const linked = new Map()
  const one = (path) => {
    const known = linked.get(path)
    if (known) return known.exports
    const module = { exports: {} }
    linked.set(path, module)
    const [imports, run] = modules[path]
    const whole = path in own ? compileFunction(own[path], ['exports', 'require', 'module'], { filename: path }) : run
    const asked = (name) => {
      const from = imports[name]
      return from in modules ? one(from) : (packages[from] ?? require(from))
    }
    whole(module.exports, asked, module)
    return module.exports
  }
  return one
}`

/** The modules of a mutant that differ, by path. Throws when an edit does not apply. */
export async function mutantOf(edits: readonly Edit[]): Promise<Record<string, string>> {
  const changed = [...Map.groupBy(edits, ({ file }) => `src/${file}`)].map(async ([path, own]) => {
    const text = mutate(readFileSync(join(ROOT, path), 'utf8'), own)
    return [path, await functionOf(path, text)] as const
  })
  return Object.fromEntries(await Promise.all(changed))
}

async function functionOf(path: string, text: string): Promise<string> {
  const here = JSON.stringify(dirname(join(ROOT, path)))
  const loader = extname(path).slice(1) as Loader
  return (
    await transform(
      text.replaceAll(DIRNAME, () => here),
      { ...AS_FUNCTION, loader, sourcefile: path },
    )
  ).code
}

/** Every module that is loaded at the start, without what is in packages. */
async function graphOf(entry: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [
      {
        name: 'at the start',
        setup({ onResolve }) {
          // What is loaded only when it is needed is a page, which no run opens.
          onResolve({ filter: /^\./ }, ({ kind, path }) =>
            kind === 'dynamic-import' ? { path, external: true } : null,
          )
        },
      },
    ],
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  return metafile
}

function importsOf(imports: Metafile['inputs'][string]['imports']): Imports {
  const loaded = imports.filter(({ kind }) => kind !== 'dynamic-import')
  return Object.fromEntries(loaded.map(({ path, original }) => [original ?? path, path]))
}

/** A script that leaves all these packages in `module.exports`. */
async function packagesOf(names: readonly string[]): Promise<string> {
  const contents = `module.exports = {${names.map((name) => `${JSON.stringify(name)}: require(${JSON.stringify(name)})`).join(',')}}`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
