/** How each platform sends its first event to this deployment: text to copy, which the tests run as it stands. */
import { javascript, pixel } from './browser.ts'
import { kotlin, reactNative, swift } from './mobile.ts'
import { dotnet, go, http, java, node, php, python, ruby } from './servers.ts'
import type { Guide, Where } from './snippet.ts'

export { whereOf } from './snippet.ts'

const GUIDES: Record<string, (where: Where) => Guide> = {
  'http-api': http,
  javascript,
  pixel,
  node,
  python,
  ruby,
  go,
  php,
  java,
  dotnet,
  swift,
  kotlin,
  'react-native': reactNative,
}

/** By the kind of a source; what we have no guide for can send by HTTP. */
export function guideFor(kind: string, where: Where): Guide {
  return (GUIDES[kind] ?? http)(where)
}
