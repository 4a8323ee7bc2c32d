import { type Chunk, MOST_SHARES, removeBatch, type Share, writeBatch, writeShared } from '../archive/index.ts'
import { type Context, randomId } from '../context.ts'
import { within } from '../settings/index.ts'

/** Where the events of a batch lie. */
export interface Shelved {
  key: string
  chunks: Chunk[]
  /** Its commit was refused. The object goes, unless somebody else may need it. */
  remove(): Promise<void>
}

/** Puts the events of a batch into the archive. Rejects when R2 does not take them. */
export type Store = (share: Share) => Promise<Shelved>

/** Text of a source in a portion, in characters, that is put together with that of others. */
const SHARED_CHARS = 256 * 1024
/** So long the first waits for the others, in milliseconds; whoever comes later has an object of its own. */
const JOIN_MS = 2_000
/** R2 takes a moment; when it hangs, each has time left to try alone. */
const PUT_MS = 10_000

/** An object of its own. */
export function storeAlone(archive: R2Bucket): Store {
  return async ({ lines, ...facts }) => {
    const stored = await writeBatch(archive, facts, lines)
    return { ...stored, remove: () => removeBatch(archive, stored.key) }
  }
}

/** Sources of a portion that share objects, in groups, and those that have one each. A single one has nothing to share. */
export function whoShares<T extends { chars: number }>(sources: readonly T[]): { together: T[][]; alone: T[] } {
  const small = sources.filter(({ chars }) => chars <= SHARED_CHARS)
  const together: T[][] = []
  for (let from = 0; from < small.length; from += MOST_SHARES) together.push(small.slice(from, from + MOST_SHARES))
  const lonely = together.at(-1)?.length === 1 ? together.pop() : undefined
  return { together, alone: [...sources.filter(({ chars }) => chars > SHARED_CHARS), ...(lonely ?? [])] }
}

/** A place at a shelf. Whoever has one stores, or leaves: the others wait for it. */
export interface Seat {
  store: Store
  leave(): void
}

interface Joined {
  share: Share
  /** `null`: it has to store alone. */
  resolve(place: Shelved | null): void
}

/**
 * One object for small batches of several sources, written when all who have a seat have stored or left, or the first has
 * waited long enough. A seat stores there once: what comes later, or again, and what R2 does not take together, is alone.
 */
export class Shelf {
  readonly #ctx: Context
  readonly #archive: R2Bucket
  #joined: Joined[] = []
  #missing: number
  #isClosed = false

  constructor(ctx: Context, archive: R2Bucket, seats: number) {
    this.#ctx = ctx
    this.#archive = archive
    this.#missing = seats
  }

  /** As many as `seats` says are asked for. */
  seat(): Seat {
    const alone = storeAlone(this.#archive)
    let isMissing = true
    const leave = () => {
      if (!isMissing) return
      isMissing = false
      this.#missing--
      this.#closeWhenComplete()
    }
    return {
      leave,
      store: async (share) => {
        if (!isMissing || this.#isClosed) return alone(share)
        const place = new Promise<Shelved | null>((resolve) => void this.#joined.push({ share, resolve }))
        if (this.#joined.length === 1) void this.#ctx.sleep(JOIN_MS).then(() => this.#close())
        leave()
        return (await place) ?? alone(share)
      },
    }
  }

  #closeWhenComplete(): void {
    if (this.#missing === 0) this.#close()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    void this.#put(this.#joined)
  }

  /** Never rejects. */
  async #put(joined: readonly Joined[]): Promise<void> {
    const places = joined.length > 1 ? await this.#write(joined.map(({ share }) => share)) : []
    for (const [at, { resolve }] of joined.entries()) resolve(places[at] ?? null)
  }

  async #write(shares: readonly Share[]): Promise<Shelved[]> {
    try {
      const id = randomId(this.#ctx, `${this.#ctx.now()}-`, 12)
      const { key, chunks } = await within(this.#ctx, writeShared(this.#archive, id, shares), PUT_MS)
      let needed = shares.length
      // One that dies is never refused: then the object stays, and `removeSharedOrphans` asks the logs.
      const remove = async () => {
        if (--needed === 0) await removeBatch(this.#archive, key)
      }
      return chunks.map((own) => ({ key, chunks: own, remove }))
    } catch (error) {
      this.#ctx.log('warn', 'shared object not written; each source has one of its own', { error: String(error) })
      return []
    }
  }
}
