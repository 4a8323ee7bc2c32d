import * as v from 'valibot'
import { anyObject, flagged, type OperationGroup, text } from '../operation.ts'
import { TRACKING } from './tracking.ts'

const health = v.object({
  ok: flagged(true),
  version: v.optional(text('0.1.0', 'With ADMIN_TOKEN.')),
  checks: v.optional(
    v.array(
      v.object({
        name: text('migrations'),
        ok: flagged(true),
        warning: v.optional(flagged(true, 'It keeps nothing from working.')),
        message: text('ok', 'What to do.'),
      }),
    ),
  ),
  message: v.optional(text('Something is missing. Ask with Authorization: Bearer <ADMIN_TOKEN> to see what.')),
})

const OPEN: OperationGroup = {
  name: 'Deployment',
  about: 'For whoever runs the deployment: its health, what waits, write keys of all workspaces.',
  bare: true,
  credential: 'none',
  operations: {
    'GET /healthz': {
      id: 'getHealth',
      summary: 'Says whether all is well; with ADMIN_TOKEN what is not, and what to do.',
      answer: { schema: health },
      refusals: { 503: { words: 'Something is missing.', schema: health } },
    },
    'GET /api/openapi.json': {
      id: 'getReference',
      summary: 'Answers this reference.',
      answer: { schema: anyObject({ openapi: '3.1.1' }, 'OpenAPI 3.1, with an ETag.') },
    },
  },
}

export const GROUPS = [OPEN, TRACKING]
