import type { CellText } from '../../tables/index.ts'
import { gzipped } from './gzip.ts'
import { stageLine } from './line.ts'
import type { LoadStage, Staged } from './stage.ts'

/** A load's file, and whose row each of its lines is. */
export interface Packed {
  body: Uint8Array<ArrayBuffer>
  /** By line, from 0. */
  places: LinePlace[]
}

export interface LinePlace {
  staged: Staged
  row: CellText[]
}

/** One line a row, gzipped. */
export async function packLines({ tables, upserts, merges, discards }: LoadStage): Promise<Packed> {
  const places: LinePlace[] = []
  function* lines(): Generator<string> {
    for (const staged of [...tables, ...upserts, ...merges, ...discards]) {
      for (const row of staged.rows) {
        places.push({ staged, row })
        yield stageLine(staged, row)
      }
    }
  }
  return { body: await gzipped(lines()), places }
}
