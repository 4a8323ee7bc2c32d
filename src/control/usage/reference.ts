import * as v from 'valibot'
import { type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'

const period = text('2026-11-01', 'The begin of a month. Has to be given.')
const apiCalls = text('8100', 'Valid events, duplicates among them, as text.')
const timestamp = time('The begin of the day, UTC.')

const users = {
  periodStart: whole(1_793_491_200, 'When the month begins, in seconds since 1970.'),
  periodEnd: whole(1_796_083_200, 'When it ends.'),
  anonymous: text('8100', 'Anonymous ids, as text; all of these up to and with the day.'),
  anonymousIdentified: text('900', 'Those of them that came with a user id.'),
  identified: text('1200', 'User ids.'),
  neverIdentified: text('7200', 'Anonymous ids that came with none.'),
  timestamp,
}

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
    'GET /api/usage/mtu/daily': {
      id: 'getDailyTrackedUsers',
      summary: 'Counts the people of a month up to each day, each once.',
      query: { period },
      paged: 200,
      answer: {
        schema: v.object({ dailyWorkspaceMTUUsage: v.array(v.object(users)), pagination: paginationAnswer }),
      },
    },
    'GET /api/usage/mtu/sources/daily': {
      id: 'getDailyTrackedUsersBySource',
      summary: 'Counts the people of each source in a month up to each day.',
      query: { period },
      paged: 200,
      answer: {
        schema: v.object({
          dailyPerSourceMTUUsage: v.array(v.object({ sourceId: text('src_4fJk2mQ8'), ...users })),
          pagination: paginationAnswer,
        }),
      },
    },
  },
}

export const GROUPS = [USAGE]
