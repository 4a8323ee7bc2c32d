/** The browser that all files of a run share, in a process of its own: says where it is, and ends with whoever started it. */
import { serveBrowser } from './browser.ts'

export type Said = { wsEndpoint: string } | { failed: string }

const say = (said: Said) => process.send?.(said)

try {
  const { wsEndpoint, close } = await serveBrowser()
  process.once('disconnect', () => void close().finally(() => process.exit()))
  if (process.connected) say({ wsEndpoint })
  else await close()
} catch (error) {
  say({ failed: String(error) })
}
