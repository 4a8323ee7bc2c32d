import * as v from 'valibot'
import { type OperationGroup, text, time } from '../operation.ts'

const PEOPLE: OperationGroup = {
  name: 'Deployment',
  operations: {
    'POST /api/sign-in-links': {
      id: 'createSignInLink',
      summary: 'Makes a sign-in link for an owner of the first workspace.',
      answer: {
        status: 201,
        schema: v.object({
          signInLink: v.object({ url: text('https://in.example.com/sign-in/…', 'It works once.'), expiresAt: time() }),
        }),
      },
      refusals: { 403: 'Only ADMIN_TOKEN makes sign-in links.', 409: 'There is no owner yet: claim the deployment.' },
    },
  },
}

export const GROUPS = [PEOPLE]
