import * as v from 'valibot'
import { flagged, fraction, type OperationGroup, text, time, whole } from '../operation.ts'

const about = 'What a partner may say of an integration, and what partners tell of customers.'

const CO_MARKETING: OperationGroup = {
  name: 'Co-marketing',
  about,
  params: { id: text('int_7hPz5', 'Id of the integration.') },
  operations: {
    'GET /api/integrations/:id/quotable-figures': {
      id: 'getQuotableFigures',
      summary: 'Answers figures that its maker may quote, rounded down.',
      about:
        'Of the last thirty days. Fewer than five customers are told nothing of, nor days on which fewer were delivered to.',
      answer: {
        schema: v.object({
          quotable: v.pipe(
            v.nullable(
              v.object({
                customers: whole(10, 'At least so many have it switched on.'),
                events: v.pipe(v.nullable(whole(20_000)), v.description('Delivered; null: fewer than 1,000.')),
                arrived: v.pipe(v.nullable(fraction(99.8)), v.description('Per cent; null: fewer than 1,000 events.')),
                words: text('10 companies or more use Acme with Sluice.'),
              }),
            ),
            v.description('null: fewer than five customers.'),
          ),
        }),
      },
    },
    'GET /api/stories': {
      id: 'listStories',
      summary: 'Lists what partners tell of customers, the newest hundred.',
      answer: {
        schema: v.object({
          stories: v.array(
            v.object({
              id: text('sto_7hPz5'),
              company: text('Acme', 'Who tells it.'),
              email: text('ada@acme.example'),
              customer: text('Example Ltd'),
              words: text('They win back every tenth visitor.'),
              agreed: flagged(true, 'The customer has agreed to be asked.'),
              at: time(),
            }),
          ),
        }),
      },
    },
  },
}

export const GROUPS = [CO_MARKETING]
