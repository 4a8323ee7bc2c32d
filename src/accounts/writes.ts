const MINUTE_MS = 60_000

/** Changes that workspaces have made in this minute, by this isolate: so that nobody keeps a database busy for all others. */
export class Writes {
  #minute = 0
  #made = new Map<string, number>()

  /** Seconds until there may be more; `undefined`: this one may be made, and is counted. */
  spend(workspaceId: string, quota: number, now: number): number | undefined {
    const minute = Math.floor(now / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#made = new Map()
    }
    const made = (this.#made.get(workspaceId) ?? 0) + 1
    if (made > quota) return Math.ceil(((minute + 1) * MINUTE_MS - now) / 1_000)
    this.#made.set(workspaceId, made)
    return undefined
  }
}
