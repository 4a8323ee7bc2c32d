import * as v from 'valibot'
import { named, type OperationGroup, success, text, time } from '../operation.ts'
import { newReviewer } from './input.ts'

const REVIEWERS: OperationGroup = {
  name: 'Reviewers',
  about: 'People who decide on applications of partners, in the whole deployment. Operators name them.',
  params: { id: text('usr_7hPz5', 'Id of the person.') },
  schemas: {
    Reviewer: v.object({
      id: text('usr_7hPz5'),
      name: text('Ada Lovelace'),
      email: text('ada@example.com'),
      namedBy: text('owner@example.com', 'Who named them: an address, or the id of a token.'),
      createdAt: time(),
    }),
  },
  operations: {
    'GET /api/reviewers': {
      id: 'listReviewers',
      summary: 'Lists them all.',
      answer: { schema: v.object({ reviewers: v.array(named('Reviewer')) }) },
    },
    'POST /api/reviewers': {
      id: 'createReviewer',
      summary: 'Makes somebody a reviewer who signs in here already.',
      body: {
        schema: newReviewer,
        example: { email: 'ada@example.com' },
        fields: { email: 'The address that they sign in with.' },
      },
      answer: { status: 201, schema: v.object({ reviewer: named('Reviewer') }) },
      refusals: { 409: 'They are one already, or there are 200.' },
    },
    'DELETE /api/reviewers/:id': {
      id: 'withdrawReviewer',
      summary: 'Makes them a reviewer no more.',
      about: 'What they decided stays in the record.',
      answer: { schema: success },
    },
  },
}

export const GROUPS = [REVIEWERS]
