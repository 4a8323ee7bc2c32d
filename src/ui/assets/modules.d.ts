/** What `[[rules]]` in wrangler.toml makes of files that are no TypeScript. */
declare module '*.css' {
  const text: string
  export default text
}
declare module '*/assets/panel.js' {
  const text: string
  export default text
}
declare module '*.js.gz' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module '*/assets/debugger.js' {
  const text: string
  export default text
}
