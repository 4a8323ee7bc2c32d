import type { Feature } from '../feature.ts'
import type { RouterRoute } from './document.ts'
import type { OpenApi } from '../open-api.ts'

/**
 * The reference of all that the features describe, made when it is first asked for: an isolate that takes events in loads
 * neither the descriptions nor what makes a document of them.
 */
export function referenceOf(
  features: readonly Feature[],
  routes: () => readonly RouterRoute[],
): () => Promise<OpenApi> {
  const make = async () => {
    const [{ documentOf }, groups] = await Promise.all([import('./document.ts'), groupsOf(features)])
    return documentOf(groups, routes())
  }
  let made: Promise<OpenApi> | undefined
  return () => (made ??= make())
}

/** What they describe, in their order. */
export async function groupsOf(features: readonly Feature[]) {
  const loaded = await Promise.all(features.flatMap(({ reference }) => reference?.() ?? []))
  return loaded.flatMap(({ GROUPS }) => GROUPS)
}
