import * as v from 'valibot'
import { type OperationGroup, paginationAnswer, text, time } from '../operation.ts'

const period = text('2026-11-01', 'The begin of a month. Has to be given.')
const apiCalls = text('8100', 'Valid events, duplicates among them, as text.')
const timestamp = time('The begin of the day, UTC.')

const USAGE: OperationGroup = {
  name: 'Usage',
  about: 'Events of a workspace by day, at most a few minutes old. Days on which nothing came are left out.',
  operations: {
    'GET /api/usage/api-calls/daily': {
      id: 'getDailyUsage',
      summary: 'Counts the events of each day of a month.',
      query: { period },
      paged: 200,
      answer: {
        schema: v.object({
          dailyWorkspaceAPICallsUsage: v.array(v.object({ apiCalls, timestamp })),
          pagination: paginationAnswer,
        }),
      },
    },
    'GET /api/usage/api-calls/sources/daily': {
      id: 'getDailyUsageBySource',
      summary: 'Counts the events of each source on each day of a month.',
      query: { period },
      paged: 200,
      answer: {
        schema: v.object({
          dailyPerSourceAPICallsUsage: v.array(v.object({ sourceId: text('src_4fJk2mQ8'), apiCalls, timestamp })),
          pagination: paginationAnswer,
        }),
      },
    },
  },
}

export const GROUPS = [USAGE]
