/** An element that the page is made with. Throws when it is not there. */
export function find<T extends object = HTMLElement>(root: Pick<ParentNode, 'querySelector'>, selector: string): T {
  const found = root.querySelector(selector) as T | null
  if (!found) throw new Error(`The page has no ${selector}`)
  return found
}
