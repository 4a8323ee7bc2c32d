import * as v from 'valibot'
import { anyObject, named, type OperationGroup, paginationAnswer, text, time } from '../operation.ts'

const AUDIT: OperationGroup = {
  name: 'Audit trail',
  about: 'Who changed what, when, from which address.',
  schemas: {
    AuditEvent: v.object({
      id: text('01a21d72f062-7d52009b95e74a577ef2'),
      timestamp: time(),
      type: text('Source Modified'),
      actor: text('usr_2bD9'),
      actorType: v.picklist(['user', 'token', 'platform']),
      actorEmail: text('ada@example.com', 'Of a token its name.'),
      address: text('198.51.100.7'),
      resourceId: text('src_4fJk2mQ8'),
      resourceType: text('SOURCE'),
      resourceName: text('Web shop'),
      before: v.nullable(anyObject({ name: 'Web' }, 'What differs, without secrets; null: it was not there.')),
      after: v.nullable(anyObject({ name: 'Web shop' })),
    }),
  },
  operations: {
    'GET /api/audit-events': {
      id: 'listAuditEvents',
      summary: 'Lists who changed what, the newest first, with what differs.',
      paged: 200,
      query: {
        startTime: text('2026-11-01T00:00:00Z', 'From this time on.'),
        endTime: text('2026-12-01T00:00:00Z', 'Before this time.'),
        resourceType: text('SOURCE', 'What they are about.'),
        resourceId: text('src_4fJk2mQ8', 'Its id.'),
      },
      answer: { schema: v.object({ events: v.array(named('AuditEvent')), pagination: paginationAnswer }) },
    },
  },
}

export const GROUPS = [AUDIT]
