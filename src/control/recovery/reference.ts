import * as v from 'valibot'
import { flagged, type OperationGroup, success, text, whole } from '../operation.ts'

const RECOVERY: OperationGroup = {
  name: 'Deployment',
  params: { accept: text('01a21d72f062-7d52009b95e74a577ef2', 'Accept id of the batch.') },
  operations: {
    'POST /api/recovery': {
      id: 'startRecovery',
      summary: 'Takes up what waits in the inbox now.',
      answer: {
        schema: v.object({
          queued: whole(0, 'Batches that were put on their way.'),
          orphansRemoved: whole(0, 'Archive objects of no batch.'),
          complete: flagged(true, 'false: there is more; ask again.'),
        }),
      },
    },
    'GET /api/recovery/parked': {
      id: 'listParked',
      summary: 'Lists what could not be processed for a day.',
      answer: {
        schema: v.object({
          accepts: v.array(text('01a21d72f062-7d52009b95e74a577ef2')),
          more: flagged(false),
        }),
      },
    },
    'POST /api/recovery/parked/:accept': {
      id: 'requeueParked',
      summary: 'Puts it on its way again.',
      answer: { schema: success },
    },
  },
}

export const GROUPS = [RECOVERY]
