import type { Remote } from '../env.ts'
import type { Statistics } from './statistics.ts'

/** The Durable Object that counts what a source's log has, from outside. Every method may be repeated. */
export type StatisticsRemote = Remote<
  Statistics,
  'nudge' | 'leave' | 'schema' | 'event' | 'arrived' | 'named' | 'tools' | 'totals' | 'ways' | 'users'
>
