import * as v from 'valibot'
import { PERMISSIONS } from '../../accounts/index.ts'
import { flagged, named, type OperationGroup, paginationAnswer, success, text, time } from '../operation.ts'
import { newToken } from './input.ts'

const facts = {
  id: text('tok_7hPz5'),
  name: text('CI'),
  scope: v.union([v.picklist(['read-only', 'full']), v.array(v.picklist(PERMISSIONS))]),
  madeBy: v.pipe(v.nullable(text('ada@example.com')), v.description('null: the deployment.')),
  ended: flagged(false, 'It is refused: who made it may no longer do the same.'),
  createdAt: time(),
  lastUsedAt: v.pipe(v.nullable(time()), v.description('Within five minutes; null: never.')),
}

const TOKENS: OperationGroup = {
  name: 'Tokens',
  about: 'What programs use this API with. A token works as long as who made it may do the same.',
  params: { id: text('tok_7hPz5', 'Id of the token.') },
  schemas: { Token: v.object(facts) },
  operations: {
    'GET /api/tokens': {
      id: 'listTokens',
      summary: 'Lists them: scope, who made each, whether it is refused.',
      paged: 200,
      answer: { schema: v.object({ tokens: v.array(named('Token')), pagination: paginationAnswer }) },
    },
    'POST /api/tokens': {
      id: 'createToken',
      summary: 'Makes one, shown once.',
      body: {
        schema: newToken,
        example: { name: 'CI', scope: 'read-only' },
        fields: {
          name: 'What uses it, so that it is known again.',
          scope: 'All, all reading, or a list of permissions.',
        },
      },
      answer: {
        status: 201,
        schema: v.object({ token: v.object({ ...facts, token: text('sluice_…', 'The token itself.') }) }),
      },
      refusals: { 409: 'The workspace has as many tokens as it may.' },
    },
    'DELETE /api/tokens/:id': { id: 'deleteToken', summary: 'Ends it.', answer: { schema: success } },
  },
}

export const GROUPS = [TOKENS]
