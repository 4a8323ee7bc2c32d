import type pg from 'pg'

type Query = <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>

/** Each portion is held open for so long, that what is killed at any moment is in the middle of one. */
const HELD_SECONDS = 0.03

/** Has the database note where the cursors of a schema are moved to, in the transaction that moves them. */
export async function countMoves({ query }: { query: Query }, schema: string): Promise<void> {
  await query(`
    create table public.moves (n bigint generated always as identity, reader text, seq bigint, event bigint);
    create function public.note_move() returns trigger language plpgsql as $$ begin
      insert into public.moves (reader, seq, event) values (new.reader, new.seq, new.event);
      perform pg_catalog.pg_sleep(${HELD_SECONDS});
      return new;
    end $$;
    create function public.watch_cursor() returns event_trigger language plpgsql as $$ begin
      if to_regclass('${schema}._sluice_cursor') is not null then
        create or replace trigger noted after insert or update on ${schema}._sluice_cursor
          for each row execute function public.note_move();
      end if;
    end $$;
    create event trigger watched on ddl_command_end when tag in ('CREATE TABLE') execute function public.watch_cursor()`)
}

/** Where a reader's cursor was moved to, one portion after another. */
export async function readMoves(query: Query, reader: string): Promise<{ seq: number; index: number }[]> {
  const rows = await query<{ seq: string; event: string }>(
    'select seq, event from public.moves where reader = $1 order by n',
    [reader],
  )
  return rows.map(({ seq, event }) => ({ seq: Number(seq), index: Number(event) }))
}
