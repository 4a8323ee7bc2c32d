import * as v from 'valibot'
import { flagged, type OperationGroup, text, time, whole } from '../operation.ts'

const FEEDBACK: OperationGroup = {
  name: 'Feedback',
  about: 'What readers say of the docs that the platform shows.',
  operations: {
    'GET /api/feedback': {
      id: 'getFeedback',
      summary: 'Shows how often each page helped, and the newest hundred words.',
      answer: {
        schema: v.object({
          pages: v.array(v.object({ page: text('direct'), yes: whole(12), no: whole(1) })),
          words: v.array(
            v.object({
              id: text('say_7hPz5'),
              page: text('direct'),
              helpful: flagged(false),
              words: text('What does 501 mean?'),
              at: time(),
            }),
          ),
        }),
      },
    },
  },
}

export const GROUPS = [FEEDBACK]
