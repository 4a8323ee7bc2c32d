import { build } from 'esbuild'

/**
 * The scripts of a page by path, bundled the way a site does it: `/page.js`, which is `code`, and the chunks that it loads
 * when it needs them. `alias` has imports of one package find another.
 */
export async function bundlePage(code: string, alias: Record<string, string> = {}): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    alias,
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: '/',
    entryNames: 'page',
    write: false,
    logLevel: 'error',
  })
  return new Map(outputFiles.map(({ path, text }) => [path, text]))
}
