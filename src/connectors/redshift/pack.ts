import { Buffer } from 'node:buffer'
import { WarehouseError } from '../connector.ts'
import { MOST_STATEMENT_BYTES, MOST_STATEMENTS } from './data-api.ts'
import { quotedTable } from './sql.ts'

/** Bytes of a procedure's own words, its name included. */
const AROUND_BYTES = 600

/**
 * The statements of one transaction as one batch. When they are more than it may have, those of `body` go into procedures,
 * each of which is called and replaced by the next; the last is dropped. Throws when that does not help either.
 */
export function packStatements(
  head: readonly string[],
  body: readonly string[],
  tail: readonly string[],
  procedure: { schema: string; name: string },
): string[] {
  const plain = [...head, ...body, ...tail]
  if (plain.length <= MOST_STATEMENTS) return checked(plain)
  const at = quotedTable(procedure.schema, procedure.name)
  const calls = inProcedures(body).flatMap((statements) => [
    `create or replace procedure ${at}() as $$ begin ${statements.map((sql) => `${sql}; `).join('')}end; $$ language plpgsql`,
    `call ${at}()`,
  ])
  return checked([...head, ...calls, `drop procedure ${at}()`, ...tail])
}

function inProcedures(body: readonly string[]): string[][] {
  const parts: string[][] = []
  let bytes = Infinity
  for (const sql of body) {
    const size = Buffer.byteLength(sql) + 2
    bytes += size
    if (bytes > MOST_STATEMENT_BYTES - AROUND_BYTES) {
      parts.push([])
      bytes = size
    }
    parts.at(-1)?.push(sql)
  }
  return parts
}

function checked(statements: string[]): string[] {
  const tooLong = statements.some((sql) => Buffer.byteLength(sql) > MOST_STATEMENT_BYTES)
  if (statements.length > MOST_STATEMENTS || tooLong) {
    throw new WarehouseError(
      'too_many_tables',
      `The tables of one load need more than ${MOST_STATEMENTS} statements of ${MOST_STATEMENT_BYTES / 1_000} KB.`,
      false,
    )
  }
  return statements
}
