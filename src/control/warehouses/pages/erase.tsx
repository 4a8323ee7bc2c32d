import { skipAudit } from '../../../accounts/index.ts'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { attempt, Form, isName } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { createErasure, erasureOf } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getWarehouseWithSchemas, searchWarehouses } from '../queries.ts'
import { asOneLine, listOf, showJobs } from './jobs.tsx'

/** What a page tells apart by name. */
const MOST_TABLES = 30
const MOST_PEOPLE = 20
const MOST_OTHERS = 10
const MOST_SCHEMAS = 200

/** `POST /warehouses/:id/erasures` with `userIds`: says what will happen; with `confirm` too: does it. */
export async function postCreateErasure(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const read = await attempt(() => Promise.resolve(erasureOf({ userIds: listOf(form.get('userIds')) })))
  if (!read.ok) return showJobs(c, deps, form.refused(...asOneLine(read.problems)))
  const people = read.value.userIds
  if (!form.has('confirm')) {
    skipAudit(c)
    return confirm(c, deps, id, people)
  }
  const { row } = await getWarehouseWithSchemas(deps.db, c.var.access.workspaceId, id, 0)
  if (!isName(form.get('confirm'), typed(people, row.name))) {
    skipAudit(c)
    return confirm(c, deps, id, people, 'This is not what has to be typed.')
  }
  const done = await attempt(() => createErasure(deps, c.var.access.workspaceId, id, { userIds: people }))
  if (!done.ok) return showJobs(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(`/warehouses/${id}/jobs`, 'erasure-begun'), 303)
}

/** What has to be typed: whom it happens to, or where it does when they are many. */
function typed([first = '', ...others]: readonly string[], warehouse: string): string {
  return others.length === 0 ? first : warehouse
}

async function confirm(c: PanelContext, deps: ControlDeps, id: string, people: readonly string[], error?: string) {
  const { workspaceId } = c.var.access
  const [{ row, schemas }, others] = await Promise.all([
    getWarehouseWithSchemas(deps.db, workspaceId, id, MOST_SCHEMAS),
    searchWarehouses(deps.db, workspaceId, '', { count: MOST_OTHERS + 1 }),
  ])
  const { lines, total } = await deps.warehouse(row.id).tables({}, { count: MOST_TABLES })
  const schemaOf = new Map(schemas.map((one) => [one.sourceId, one.schema]))
  const tables = lines.map(({ sourceId, name }) => `${schemaOf.get(sourceId) ?? sourceId}.${name}`)
  const spared = others.lines.filter((one) => one.id !== row.id).map(({ name }) => name)
  const path = `/warehouses/${row.id}`
  const who = plural(people.length, 'person', 'people')
  return showPage(
    c,
    {
      title: `Erase ${who} from ${row.name}`,
      current: 'warehouses',
      crumbs: [
        ['Warehouses', '/warehouses'],
        [row.name, path],
        ['Backfill, erase', `${path}/jobs`],
      ],
      children: (
        <ConfirmByName
          action={`${path}/erasures`}
          name={typed(people, row.name)}
          deed="Erase their rows"
          keep="Keep them"
          back={`${path}/jobs`}
          error={error}
          costs={[
            <>
              All rows of{' '}
              {people.slice(0, MOST_PEOPLE).map((one, at) => (
                <>
                  {at > 0 && ', '}
                  <code class="wrap">{one}</code>
                </>
              ))}
              {people.length > MOST_PEOPLE &&
                ` and ${plural(people.length - MOST_PEOPLE, 'other person', 'other people')}`}{' '}
              are removed, by user_id; in users by id, in aliases also by previous_id.
            </>,
            <>
              From {plural(total, 'table')} of {plural(schemas.length, 'source')} in {row.name}
              {tables.length > 0 && ': '}
              {tables.map((table, at) => (
                <>
                  {at > 0 && ', '}
                  <code class="wrap">{table}</code>
                </>
              ))}
              {total > tables.length && ` and ${plural(total - tables.length, 'other')}`}. Tables that nobody here has
              seen yet are looked through too.
            </>,
            'What they had sent until now is not loaded again, by no sync and no backfill. What they send later is.',
            'Samples of their values in what syncs and backfills have noted here are removed as well.',
            `The archive keeps their events${
              spared.length === 0
                ? '.'
                : `, and your other warehouses their rows: ${spared.slice(0, MOST_OTHERS).join(', ')}${others.total > spared.length + 1 ? ' and others' : ''}.`
            }`,
            <strong>It cannot be undone, nor stopped once it has begun.</strong>,
          ]}
        >
          <input type="hidden" name="kind" value="erasure" />
          <input type="hidden" name="userIds" value={people.join(',')} />
        </ConfirmByName>
      ),
    },
    error === undefined ? 200 : 422,
  )
}
