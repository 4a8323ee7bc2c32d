/** Statistics of a source: its schema, what came in by hour and day, its tools on devices, counted from log and archive afterwards. */
export {
  type Arrived,
  type AtStep,
  DAY_MS,
  HOUR_MS,
  KEPT_MS,
  type Named,
  type Progress,
  type Said,
  type Schema,
  SCHEMA_SORTS,
  type SchemaDetails,
  type SchemaEvent,
  type SchemaProperty,
  type SchemaQuery,
  type SchemaSort,
  type StepSeries,
  type StepQuery,
  STEP_MS,
  type StepName,
  type Tool,
  type ToolCounts,
  type UsageDay,
  type ValueType,
} from './protocol.ts'
export type { StatisticsRemote } from './remote.ts'
export { Statistics, STATISTICS_DIALS, type StatisticsDeps, type StatisticsDials } from './statistics.ts'
