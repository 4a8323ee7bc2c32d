import * as v from 'valibot'
import { flagged, named, type OperationGroup, success, text, time, whole } from '../operation.ts'
import { VERSION_STATES } from '../catalogue/index.ts'
import { newRevert } from './input.ts'

const attempts = { delivered: whole(970), failed: whole(3, 'Attempts that did not succeed.') }
const ofSome = v.object({ ...attempts, destinations: whole(4, 'That were asked.') })
const one = v.object({ version: named('Version') })
const list = v.object({
  live: whole(3, 'The number of the version that customers have.'),
  versions: v.pipe(v.array(named('Version')), v.description('The newest first; none, as long as nothing was drafted.')),
})
const described = v.object({
  version: named('Version'),
  comparedWith: whole(3, 'What customers have; of a live one what they had before.'),
  changes: v.array(named('VersionChange')),
})
const params = { id: text('int_7hPz5', 'Id of the integration.'), number: text('4', 'Number of the version.') }
const CONFLICT = 'It cannot be done now: `code` says why, such as `not_certified` or `rollout_running`.'
const REVERT_FIELDS = { words: 'Why; the other side reads it. Reviewers have to say it.' }

const VERSIONS: OperationGroup = {
  name: 'Versions',
  about:
    'A change of an integration that customers have is drafted, submitted, and rolled out to a hundredth, a tenth and then all of its destinations; it is halted by itself where more fails than with the old one.',
  params,
  schemas: {
    Version: v.object({
      number: whole(4),
      state: v.picklist(VERSION_STATES),
      previous: v.pipe(v.nullable(whole(3)), v.description('Whose place it took when it went live.')),
      createdAt: time(),
      editedAt: time(),
      submittedAt: v.nullable(time()),
      liveAt: v.nullable(time()),
      endedAt: v.nullable(time()),
      rollout: v.pipe(
        v.nullable(
          v.object({
            share: whole(10, 'Of a hundred destinations.'),
            since: v.nullable(time()),
            lookedAt: v.nullable(time()),
          }),
        ),
        v.description('While it is rolled out, and watched afterwards.'),
      ),
      figures: v.pipe(
        v.nullable(
          v.object({
            now: v.pipe(ofSome, v.description('With this version, since the step began.')),
            before: v.pipe(v.object(attempts), v.description('The same destinations, in the day before.')),
            old: v.pipe(v.nullable(ofSome), v.description('With the old version, in the same time.')),
          }),
        ),
        v.description('Attempts, when it was looked last.'),
      ),
      why: text('With version 4, 40 of 43 failed.', 'Why it was halted or taken back.'),
    }),
    VersionChange: v.object({
      field: text('settings.site.label'),
      before: v.pipe(v.unknown(), v.description('null: it is not there.')),
      after: v.pipe(v.unknown(), v.description('null: it is not there.')),
      words: flagged(true, 'Only people read it.'),
    }),
  },
  operations: {
    'GET /api/integrations/:id/versions': {
      id: 'listVersions',
      summary: 'Versions of an integration of the workspace’s own.',
      answer: { schema: list },
    },
    'GET /api/integrations/:id/versions/:number': {
      id: 'getVersion',
      summary: 'A version, and field by field what of it is another.',
      about: 'To those who may not change it, addresses are shown in part.',
      answer: { schema: described },
    },
    'POST /api/integrations/:id/versions/:number/submit': {
      id: 'submitVersion',
      summary: 'Gives customers what was drafted.',
      about: 'At once where only words are others, else step by step.',
      answer: { status: 201, schema: one },
      refusals: { 409: CONFLICT },
    },
    'POST /api/integrations/:id/versions/:number/revert': {
      id: 'revertVersion',
      summary: 'Gives customers again what they had before this version.',
      about: 'While it is rolled out, and when it is live.',
      body: {
        schema: newRevert,
        example: { words: 'Customers miss their carts.' },
        fields: REVERT_FIELDS,
        optional: true,
      },
      answer: { status: 201, schema: one },
      refusals: { 409: CONFLICT },
    },
    'DELETE /api/integrations/:id/versions/:number': {
      id: 'deleteVersion',
      summary: 'Forgets what was drafted.',
      answer: { schema: success },
      refusals: { 409: CONFLICT },
    },
  },
}

const REVIEWED: OperationGroup = {
  name: 'Versions',
  params,
  operations: {
    'GET /api/submissions/:id/versions': {
      id: 'listSubmissionVersions',
      summary: 'The same, for reviewers.',
      answer: { schema: list },
    },
    'GET /api/submissions/:id/versions/:number': {
      id: 'getSubmissionVersion',
      summary: 'A version with what of it is another, for reviewers.',
      answer: { schema: described },
    },
    'POST /api/submissions/:id/versions/:number/revert': {
      id: 'revertSubmissionVersion',
      summary: 'A reviewer takes a version back.',
      body: {
        schema: newRevert,
        example: { words: 'It sends to another country.' },
        fields: REVERT_FIELDS,
        optional: true,
      },
      answer: { status: 201, schema: one },
      refusals: { 409: CONFLICT },
    },
  },
}

export const GROUPS: readonly OperationGroup[] = [VERSIONS, REVIEWED]
