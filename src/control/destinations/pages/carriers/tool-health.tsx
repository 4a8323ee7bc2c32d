import { DAY_MS, HOUR_MS, type Said, type Tool, type ToolCounts } from '../../../../statistics/index.ts'
import type { Tone } from '../../../../ui/components/badge.tsx'
import { Card } from '../../../../ui/components/card.tsx'
import { Notice } from '../../../../ui/components/notice.tsx'
import { Table } from '../../../../ui/components/table.tsx'
import { plural } from '../../../../ui/counts.ts'
import type { ControlDeps } from '../../../request.ts'

const NEVER: ToolCounts = { loaded: 0, failed: 0, left: 0 }
/** Where more than this share cannot load, something other than ad blockers is likely. */
const MANY = 0.5

/** How a tool fared in some time, as devices said with their events. */
export interface ToolHealth {
  said: Said
  /** `undefined`: no device has named it. */
  tool: Tool | undefined
}

/** Of the last day and week. */
export interface ToolHealths {
  day: ToolHealth
  week: ToolHealth
}

/** How a tool fares on the devices of a source; `null`: its statistics do not answer, and a page is of use without them. */
export async function toolHealthOf(
  sourceId: string,
  name: string,
  { statistics, ctx }: Pick<ControlDeps, 'statistics' | 'ctx'>,
): Promise<ToolHealths | null> {
  const until = (Math.floor(ctx.now() / HOUR_MS) + 1) * HOUR_MS
  const last = async (ms: number): Promise<ToolHealth> => {
    const { said, tools } = await statistics(sourceId).tools({ step: 'hour', from: until - ms, until })
    return { said, tool: tools.find((one) => one.name === name) }
  }
  try {
    // What is not counted yet is counted by the first.
    const day = await last(DAY_MS)
    return { day, week: await last(7 * DAY_MS) }
  } catch (error) {
    ctx.log('warn', 'statistics do not answer a page', { source: sourceId, error: String(error) })
    return null
  }
}

/** The tool on devices: a sentence, and the same in numbers. */
export function ToolHealthCard({ title, health: { day, week } }: { title: string; health: ToolHealths }) {
  const { tone, words, help } = day.tool
    ? verdictOf(day, 'in the last 24 hours')
    : verdictOf(week, 'in the last 7 days')
  return (
    <Card title="On devices" lead="By what devices say of their tools with each event, by the hour.">
      <Notice tone={tone} title={words}>
        {help}
      </Notice>
      <Table
        caption={`${title} on devices`}
        columns={[
          { title: 'Of' },
          { title: 'Loaded', number: true },
          { title: 'Could not load', number: true },
          { title: 'Left to the cloud', number: true, wide: true },
          { title: 'Not named', number: true, wide: true },
        ]}
        rows={[
          ['Page views, 24 hours', ...cells(day, 'views')],
          ['Page views, 7 days', ...cells(week, 'views')],
          ['Events, 24 hours', ...cells(day, 'events')],
          ['Events, 7 days', ...cells(week, 'events')],
        ]}
      />
    </Card>
  )
}

/** `Loaded on 812 of 1,000 page views in the last 24 hours; could not load on 188.` */
function verdictOf({ said, tool }: ToolHealth, span: string): { tone: Tone; words: string; help: string } {
  const kind = tool && total(tool.views) > 0 ? 'views' : 'events'
  const { loaded, failed, left } = tool?.[kind] ?? NEVER
  const all = said[kind]
  if (loaded + failed + left === 0)
    return said.events === 0
      ? {
          tone: 'off',
          words: `No device has said anything of its tools ${span}.`,
          help: 'As soon as one sends an event, this page knows whether the tool was there.',
        }
      : {
          tone: 'warn',
          words: `No device has named it on ${plural(said.events, 'event')} ${span}.`,
          help: 'They may have settings from before it was enabled, or an app that was built without it.',
        }
  const what = kind === 'views' ? 'page view' : 'event'
  const parts = [
    `Loaded on ${loaded.toLocaleString('en-GB')} of ${plural(all, what)} ${span}`,
    ...(failed > 0 ? [`could not load on ${failed.toLocaleString('en-GB')}`] : []),
    ...(left > 0 ? [`left to the cloud on ${left.toLocaleString('en-GB')}`] : []),
  ]
  const words = `${parts.join('; ')}.`
  if (failed > MANY * (loaded + failed))
    return {
      tone: 'bad',
      words,
      help: 'That is more than ad blockers explain: look at the page’s content security policy and at the settings of the tool.',
    }
  if (failed > 0)
    return {
      tone: 'warn',
      words,
      help: 'The usual reason is an ad blocker; a content security policy, or a mistake in its settings, are others.',
    }
  return { tone: 'good', words, help: 'What it did with its events only the tool can tell.' }
}

function cells({ said, tool }: ToolHealth, kind: 'views' | 'events'): string[] {
  const of = tool?.[kind] ?? NEVER
  return [of.loaded, of.failed, of.left, Math.max(0, said[kind] - total(of))].map((n) => n.toLocaleString('en-GB'))
}

function total({ loaded, failed, left }: ToolCounts): number {
  return loaded + failed + left
}
