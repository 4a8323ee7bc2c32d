/** A page of the docs, made of `docs/*.md` when the assets are built. */
export interface DocPage {
  slug: string
  title: string
  lead: string
  /** Ours, so that it may stand in a page as it is. */
  html: string
}

/** Loaded when somebody reads: isolates that only ingest never hold them. */
export async function docPages(): Promise<readonly DocPage[]> {
  return (await import('../../../generated/docs.json')).default
}
