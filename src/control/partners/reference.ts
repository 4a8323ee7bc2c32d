import * as v from 'valibot'
import { flagged, named, type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'
import { newDecision } from './input.ts'
import { APPLICATION_STATES, PARTNER_KINDS } from './states.ts'

const state = v.picklist(APPLICATION_STATES)
const company = text('Acme')
const site = text('https://acme.example/')
const email = text('ada@acme.example')
const id = text('app_7hPz5')
const acts = ['apply', 'confirm', 'ask', 'answer', 'accept', 'decline'] as const

const APPLICATIONS: OperationGroup = {
  name: 'Applications',
  about: 'Companies that ask to join the platform. For operators and reviewers, of the whole deployment.',
  params: { id: text('app_7hPz5', 'Id of the application.') },
  schemas: {
    Application: v.object({
      id,
      company,
      site,
      email,
      kind: v.picklist(PARTNER_KINDS),
      useCase: text('Customers see in Acme who comes back.'),
      dataToday: text('By an export of CSV files.'),
      customers: text('Example Ltd'),
      state,
      ball: v.pipe(v.picklist(['us', 'applicant', 'nobody']), v.description('Whose turn it is.')),
      ballSince: time(),
      dueAt: v.pipe(v.nullable(time()), v.description('Until when we promised to answer; null: we have not to.')),
      overdue: flagged(false),
      createdAt: time(),
      confirmedAt: v.nullable(time()),
      decidedAt: v.nullable(time()),
      sandbox: v.pipe(
        v.nullable(v.object({ workspaceId: text('ws_7hPz5'), sourceId: v.nullable(text('src_7hPz5')) })),
        v.description('Its workspace, and the source there that the synthetic shop sends to.'),
      ),
    }),
    ApplicationEntry: v.object({
      id: text('ent_0m8x1q2k3abcdefgh'),
      at: time(),
      act: v.picklist(acts),
      reviewer: v.pipe(v.nullable(text('Grace')), v.description('null: the applicant.')),
      words: text('Which of the two do you mean?'),
      tookMs: v.pipe(v.nullable(whole(3_600_000)), v.description('How long it waited for us, in milliseconds.')),
    }),
  },
  operations: {
    'GET /api/applications': {
      id: 'listApplications',
      summary: 'Lists those of one state; who was promised the earliest answer comes first.',
      query: { state: v.pipe(v.optional(state), v.description('Default: `waiting`.')) },
      paged: 200,
      answer: { schema: v.object({ applications: v.array(named('Application')), pagination: paginationAnswer }) },
    },
    'GET /api/applications/:id': {
      id: 'getApplication',
      summary: 'Shows one with its record, and whom it can be taken for.',
      answer: {
        schema: v.object({
          application: named('Application'),
          record: v.array(named('ApplicationEntry')),
          alike: v.array(v.object({ id, company, site, email, state })),
          alikeIntegrations: v.array(v.object({ slug: text('acme'), name: company })),
        }),
      },
    },
    'POST /api/applications/:id/decisions': {
      id: 'decideApplication',
      summary: 'Asks back, accepts or declines, in words that the applicant reads.',
      body: {
        schema: newDecision,
        example: { decision: 'ask', words: 'Which events do you need?' },
        fields: { decision: 'What is decided.', words: 'What the applicant reads.' },
      },
      answer: { status: 201, schema: v.object({ application: named('Application') }) },
      refusals: { 409: 'It is not in a state for that.' },
    },
    'POST /api/applications/:id/links': {
      id: 'createApplicationLink',
      summary: 'Makes a private link to pass on, where no mail is sent.',
      about: 'Of one whose address is not confirmed the link that does so, else that of its status page.',
      answer: { status: 201, schema: v.object({ url: text('https://in.example.com/partners/status/…') }) },
    },
    'GET /api/partners': {
      id: 'listPartners',
      summary: 'Lists companies whose application was accepted.',
      paged: 200,
      answer: {
        schema: v.object({
          partners: v.array(
            v.object({
              workspaceId: text('ws_7hPz5', 'That they build in.'),
              applicationId: id,
              company,
              since: time(),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
    },
  },
}

export const GROUPS = [APPLICATIONS]
