import { FIXED_TABLES } from '../../tables/index.ts'

const FIXED: ReadonlySet<string> = new Set(FIXED_TABLES)

/**
 * SQL for a funnel between the tables of two events of a schema, for PostgreSQL, Redshift and DuckDB over a lake: names are
 * ours, of letters, digits and _, and no words of those (as `at` is). With fewer than two events it counts people by what they
 * did first.
 */
export function firstFunnel(schema: string, tables: readonly string[]): string {
  const [first, second] = tables.filter((table) => !FIXED.has(table) && /^[a-z0-9_]+$/.test(table))
  const who = 'coalesce(user_id, anonymous_id)'
  if (first === undefined || second === undefined) {
    return `select event_text, count(*) as events, count(distinct ${who}) as people
from "${schema}".tracks
where received_at > current_date - 30
group by 1
order by 2 desc;`
  }
  return `with first as (
  select ${who} as person, min("timestamp") as moment
  from "${schema}"."${first}"
  where received_at > current_date - 30
  group by 1
)
select
  count(distinct f.person) as did_${first},
  count(distinct s.person) as then_${second},
  round(100.0 * count(distinct s.person) / nullif(count(distinct f.person), 0), 1) as "percent"
from first f
left join (
  select ${who} as person, "timestamp" as moment from "${schema}"."${second}"
) s on s.person = f.person and s.moment between f.moment and f.moment + interval '7 days';`
}
