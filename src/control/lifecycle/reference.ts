import * as v from 'valibot'
import { INTEGRATION_STATES, MEASURES } from '../../integrations/index.ts'
import { flagged, named, type OperationGroup, paginationAnswer, success, text, time, whole } from '../operation.ts'
import { type Lack, LACKS } from './customers.ts'
import { betaGuest, consentChanges, newAct, newBetaLink } from './input.ts'
import { SUBMISSION_VIEWS } from './views.ts'
import { ACT_REFUSALS, type ActRefusal, ACTORS, ACTS, VERSION_ACTS } from './states.ts'

const REFUSALS = Object.keys(ACT_REFUSALS) as ActRefusal[]
const state = v.picklist(INTEGRATION_STATES)
const living = {
  integrationId: text('int_7hPz5'),
  workspaceId: text('ws_7hPz5', 'That has made it.'),
  slug: text('acme'),
  name: text('Acme'),
  kind: text('direct'),
  company: v.pipe(v.nullable(text('Acme Inc')), v.description('null: it is no partner’s.')),
  state,
  turn: v.pipe(v.nullable(v.picklist(['us', 'partner'])), v.description('Whose turn it is in a review.')),
  since: time(),
  dueAt: v.pipe(v.nullable(time()), v.description('Until when we promised to answer.')),
  overdue: flagged(false),
  submittedAt: v.nullable(time()),
  reviewedAt: v.nullable(time()),
  reviewer: v.nullable(text('Grace')),
  endsAt: v.pipe(v.nullable(time()), v.description('When a deprecated one ends.')),
  measure: v.pipe(v.nullable(v.picklist(MEASURES)), v.description('What its quality has come to; null: nothing.')),
  measuredAt: v.nullable(time()),
  appealedAt: v.nullable(time()),
}
const counted = v.object({
  name: v.pipe(v.nullable(text('Example Ltd')), v.description('null: they have not agreed to be named.')),
  since: time(),
  days: whole(2),
  lacks: v.pipe(v.array(v.picklist(Object.keys(LACKS) as Lack[])), v.description('Nothing: it counts.')),
})
const consent = v.object({
  consent: v.object({ named: flagged(true), samples: flagged(false, 'Failures with your events, as they were sent.') }),
})
const ACT_FIELDS = {
  act: 'What is done; which of them, depends on the state.',
  words: 'What the other side reads; wanted by most acts.',
  endsAt: 'For `deprecate` alone: when it ends, thirty days from now at least.',
}
const described = v.object({ lifecycle: named('Lifecycle'), record: v.array(named('LifecycleEntry')) })
const CONFLICT = 'It cannot be done now: `code` says why, such as `wrong_state` or `not_certified`.'

const LIFECYCLE: OperationGroup = {
  name: 'Lifecycle',
  about:
    'How far an integration is, from PRIVATE_BUILDING to PUBLIC: what its maker does with it, what reviewers decide, and the record that both see.',
  params: { id: text('int_7hPz5', 'Id of the integration.'), linkId: text('bta_7hPz5', 'Id of the invitation.') },
  schemas: {
    Submission: v.object(living),
    Lifecycle: v.object({
      ...living,
      certificate: v.pipe(
        v.nullable(
          v.object({
            at: time(),
            holds: flagged(true, 'No error, and nothing has changed since.'),
            path: text('/certificates/crt_7hPz5'),
          }),
        ),
        v.description('Of the latest certification.'),
      ),
      acts: v.pipe(
        v.array(v.object({ act: v.picklist(ACTS), refused: v.nullable(v.picklist(REFUSALS)) })),
        v.description('What the caller finds to do, and why it would be refused.'),
      ),
    }),
    LifecycleEntry: v.object({
      id: text('lcy_0m8x1q2k3abcdefgh'),
      at: time(),
      act: v.picklist([...ACTS, ...VERSION_ACTS]),
      from: state,
      to: state,
      actor: v.picklist(ACTORS),
      who: text('Grace', 'Empty: the platform.'),
      words: text('Please say what a 501 of yours means.'),
      tookMs: v.pipe(v.nullable(whole(3_600_000)), v.description('How long it waited for us, in milliseconds.')),
    }),
    CustomerCount: v.object({
      rule: v.object({
        needed: whole(10, 'Customers.'),
        days: whole(3, 'Days with deliveries of each.'),
        window: whole(14, 'Of the last days.'),
      }),
      filled: whole(1, 'How many count.'),
      slots: v.pipe(v.array(v.nullable(counted)), v.description('As many as are needed; null: nobody yet.')),
      others: v.pipe(v.array(counted), v.description('They have connected it too, and take no slot.')),
    }),
    BetaLink: v.object({
      id: text('bta_7hPz5'),
      label: text('Example Ltd'),
      most: whole(1, 'Workspaces that may follow it.'),
      used: whole(0),
      createdAt: time(),
      expiresAt: time(),
    }),
  },
  operations: {
    'GET /api/integrations/:id/lifecycle': {
      id: 'getLifecycle',
      summary: 'Shows how far one of your own is, and its record.',
      answer: { schema: described },
    },
    'POST /api/integrations/:id/lifecycle': {
      id: 'changeLifecycle',
      summary: 'Submits it, takes it back, answers, opens its beta or deprecates it.',
      body: { schema: newAct, example: { act: 'submit', words: '' }, fields: ACT_FIELDS },
      answer: { status: 201, schema: v.object({ lifecycle: named('Lifecycle') }) },
      refusals: { 409: CONFLICT },
    },
    'GET /api/integrations/:id/customers': {
      id: 'getCustomers',
      summary: 'Shows who counts as a customer of one of your own.',
      answer: { schema: v.object({ customers: named('CustomerCount') }) },
    },
    'GET /api/submissions/:id/customers': {
      id: 'getSubmissionCustomers',
      summary: 'Shows who counts as a customer.',
      answer: { schema: v.object({ customers: named('CustomerCount') }) },
    },
    'GET /api/integrations/:id/beta-links': {
      id: 'listBetaLinks',
      summary: 'Lists the invitations to its private beta that are good.',
      answer: { schema: v.object({ betaLinks: v.array(named('BetaLink')) }) },
    },
    'POST /api/integrations/:id/beta-links': {
      id: 'createBetaLink',
      summary: 'Makes an invitation, good for thirty days.',
      about: 'A customer who follows it finds the integration in their catalogue. The link is in this answer alone.',
      body: {
        schema: newBetaLink,
        example: { label: 'Example Ltd' },
        fields: { label: 'Whom it is for.', most: 'How many workspaces may follow it; default: one.' },
      },
      answer: {
        status: 201,
        schema: v.object({ id: text('bta_7hPz5'), url: text('https://in.example.com/beta/…'), expiresAt: time() }),
      },
      refusals: { 409: 'It is in no private beta, or has a hundred invitations.' },
    },
    'DELETE /api/integrations/:id/beta-links/:linkId': {
      id: 'withdrawBetaLink',
      summary: 'Ends an invitation; who has followed it stays.',
      answer: { schema: success },
    },
    'GET /api/submissions': {
      id: 'listSubmissions',
      summary: 'Lists integrations of partners, the earliest promise first.',
      query: { view: v.pipe(v.optional(v.picklist(SUBMISSION_VIEWS)), v.description('Default: `waiting`.')) },
      paged: 200,
      answer: { schema: v.object({ submissions: v.array(named('Submission')), pagination: paginationAnswer }) },
    },
    'GET /api/submissions/:id': {
      id: 'getSubmission',
      summary: 'Shows one with its record, by the id of the integration.',
      answer: { schema: described },
    },
    'POST /api/submissions/:id/decisions': {
      id: 'decideSubmission',
      summary: 'Decides: accepts, asks back, declines, ends; the partner reads why.',
      body: {
        schema: newAct,
        example: { act: 'ask', words: 'What does a 501 of yours mean?' },
        fields: ACT_FIELDS,
      },
      answer: { status: 201, schema: v.object({ lifecycle: named('Lifecycle') }) },
      refusals: { 409: CONFLICT },
    },
    'POST /api/beta-guests': {
      id: 'joinBeta',
      summary: 'Follows an invitation to a private beta.',
      about: 'The integration is in the workspace’s catalogue from then on.',
      body: {
        schema: betaGuest,
        example: { token: '0f3c…' },
        fields: { token: 'The end of the link, after /beta/.' },
      },
      answer: { status: 201, schema: v.object({ integrationId: text('int_7hPz5'), slug: text('acme') }) },
      refusals: { 409: 'It was used as often as it may be, or the integration is in no private beta.' },
    },
  },
}

const CONSENT: OperationGroup = {
  name: 'Destinations',
  params: { id: text('dst_7hPz5', 'Id of the destination.') },
  operations: {
    'GET /api/destinations/:id/consent': {
      id: 'getConsent',
      summary: 'Shows what the maker of the integration is told of you.',
      answer: { schema: consent },
    },
    'PATCH /api/destinations/:id/consent': {
      id: 'updateConsent',
      summary: 'Says what they are told of you.',
      body: {
        schema: consentChanges,
        example: { named: true },
        fields: {
          named: 'That it is you. It holds for every destination of this integration in the workspace.',
          samples: 'Failures with your events, as they were sent, without secrets.',
        },
      },
      answer: { schema: consent },
      refusals: { 409: 'No partner has made what it sends to.' },
    },
  },
}

export const GROUPS = [LIFECYCLE, CONSENT]
