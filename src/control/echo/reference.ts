import * as v from 'valibot'
import { by, type OperationGroup, text } from '../operation.ts'

const onOrOff = (description: string) => v.pipe(v.picklist(['true', 'false']), v.metadata({ description }))

const ECHO: OperationGroup = {
  name: 'Workspace',
  about: 'Whose token it is, and a route to try a client out on.',
  operations: {
    'GET /api/echo': {
      id: 'echo',
      summary: 'Says again what it was sent.',
      query: {
        message: text('hello', 'Has to be given.'),
        delay: text('100', 'Milliseconds that it takes, at most 5000.'),
        statusCode: text('202', 'The status of the answer.'),
        triggerError: onOrOff('Answers an error with the message.'),
        triggerMultipleErrors: onOrOff('Answers two.'),
        triggerUnexpectedError: onOrOff('Answers one of 500.'),
      },
      answer: {
        schema: v.object({
          method: v.literal('get'),
          message: text('hello'),
          headers: by(v.string(), { accept: 'application/json' }, 'Without credentials.'),
        }),
      },
      refusals: { 500: 'Where triggerUnexpectedError asks for it.' },
    },
  },
}

export const GROUPS = [ECHO]
