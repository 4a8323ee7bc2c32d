/** What `[[rules]]` in wrangler.toml makes of files that are no TypeScript. */
declare module '*.js.gz' {
  const bytes: ArrayBuffer
  export default bytes
}
