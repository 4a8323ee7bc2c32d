import * as v from 'valibot'
import { flagged, type OperationGroup, text } from '../operation.ts'

const WORKSPACE: OperationGroup = {
  name: 'Workspace',
  operations: {
    'GET /api': {
      id: 'getWorkspace',
      summary: 'Says whose token this is.',
      answer: {
        schema: v.object({
          workspace: v.object({
            id: text('ws_4k2mzx7q'),
            slug: text('4k2mzx7q'),
            name: text('Acme'),
            sandbox: flagged(false, 'It was made with an application, to try things out in.'),
            first: flagged(false, 'Its owners run the deployment.'),
          }),
        }),
      },
    },
  },
}

export const GROUPS = [WORKSPACE]
