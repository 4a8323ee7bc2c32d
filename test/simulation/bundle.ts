import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { type Edit, mutate } from './mutations/mutation.ts'

const SRC = join(import.meta.dirname, '..', '..', 'src')

/**
 * Writes `mutant.ts` with all that it loads to `outfile`, as one file with `edits` made in `src/`: loaded as such it takes a
 * fifth of the time that a hundred and fifty files take. Throws when an edit does not apply.
 */
export async function bundleMutant(edits: readonly Edit[], outfile: string): Promise<void> {
  const texts = new Map(
    [...Map.groupBy(edits, ({ file }) => join(SRC, file))].map(([path, own]) => [
      path,
      mutate(readFileSync(path, 'utf8'), own),
    ]),
  )
  await build({
    entryPoints: [join(import.meta.dirname, 'mutant.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    plugins: [apart(texts)],
    logLevel: 'error',
  })
}

/** `texts` in the place of files, each file where it is, and what is loaded only when it is needed left outside. */
function apart(texts: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'apart',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /./ }, ({ kind, path, resolveDir }) =>
        kind === 'dynamic-import'
          ? { path: path.startsWith('.') ? join(resolveDir, path) : path, external: true }
          : null,
      )
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = texts.get(path) ?? readFileSync(path, 'utf8')
        const here = JSON.stringify(dirname(path))
        return { contents: text.replaceAll('import.meta.dirname', () => here), loader: 'ts' }
      })
    },
  }
}
