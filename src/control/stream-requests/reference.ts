import * as v from 'valibot'
import { type OperationGroup, success, text, time } from '../operation.ts'
import { newSharedStream } from './input.ts'

const about = 'What a customer gives somebody who is no partner: a signed copy of some calls of a source.'

const STREAMS: OperationGroup = {
  name: 'Shared streams',
  about,
  params: { id: text('dst_7hPz5', 'Id of the destination.') },
  operations: {
    'POST /api/shared-streams': {
      id: 'giveStream',
      summary: 'Gives what a link asks for: makes a signed webhook of those calls.',
      body: {
        schema: newSharedStream,
        example: { token: '3f9c…', sourceId: 'src_7hPz5' },
        fields: { token: 'The end of the link that was sent to you.', sourceId: 'The source whose events are given.' },
      },
      answer: { status: 201, schema: v.object({ destinationId: text('dst_7hPz5'), name: text('Acme') }) },
      refusals: { 404: 'The link was used, is too old or none; or there is no such source.' },
    },
    'GET /api/destinations/:id/shared-stream': {
      id: 'getSharedStream',
      summary: 'Says whom a destination was given to.',
      answer: {
        schema: v.object({
          sharedStream: v.object({
            company: text('Acme'),
            email: text('ada@acme.example', 'Proven by a link.'),
            words: text('To show you who comes back.', 'What for, in their words.'),
            givenBy: text('grace@example.com'),
            createdAt: time(),
          }),
        }),
      },
    },
    'DELETE /api/destinations/:id/shared-stream': {
      id: 'revokeStream',
      summary: 'Takes it back: the destination goes, and whoever got it is told.',
      answer: { schema: success },
    },
  },
}

export const GROUPS = [STREAMS]
