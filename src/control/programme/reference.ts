import * as v from 'valibot'
import { named, type OperationGroup, text, time, whole } from '../operation.ts'
import { programmeChanges } from './input.ts'

const PROGRAMME: OperationGroup = {
  name: 'Programme',
  about: 'Who runs the partner programme, as its public pages and mails say it.',
  schemas: {
    Programme: v.object({
      name: text('Acme Platform'),
      colour: text('#0b6b82', 'Of links and buttons on light pages; empty: ours.'),
      colourDark: text('#63c3da', 'The same on dark pages.'),
      logo: text('<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'SVG, or a PNG in base64; empty: ours.'),
      logoType: v.nullable(v.picklist(['image/svg+xml', 'image/png'])),
      community: text('https://community.example.com/'),
      terms: text('https://example.com/terms'),
      contact: text('partners@example.com'),
      promisedDays: whole(2, 'Business days within which applications are answered.'),
      customersNeeded: whole(10, 'An integration is public as soon as so many customers use it,'),
      customerDays: whole(3, 'each with deliveries on so many'),
      customerWindow: whole(14, 'of the last days.'),
      rolloutMinutes: whole(60, 'How long a step of the rollout of a version lasts at least.'),
      updatedAt: v.nullable(time()),
    }),
  },
  operations: {
    'GET /api/programme': {
      id: 'getProgramme',
      summary: 'Shows it.',
      answer: { schema: v.object({ programme: named('Programme') }) },
    },
    'PATCH /api/programme': {
      id: 'updateProgramme',
      summary: 'Changes what of it is named.',
      body: {
        schema: programmeChanges,
        example: { name: 'Acme Platform', promisedDays: 3 },
        fields: {
          name: 'What the programme is called.',
          colour: 'Of links and buttons on light pages, `#rrggbb`.',
          colourDark: 'The same on dark pages.',
          logo: 'SVG as text, or a PNG in base64. What could run or lead away is taken out of an SVG.',
          community: 'Where partners meet, an https address.',
          terms: 'The terms, an https address.',
          contact: 'An e-mail address or an https address.',
          promisedDays: 'Business days within which applications are answered, 1 to 30.',
          customersNeeded: 'Customers until an integration is public, 1 to 100.',
          customerDays: 'Days on which each of them had deliveries, 1 to 30.',
          customerWindow: 'Of the last days, 1 to 30.',
          rolloutMinutes: 'How long a step of the rollout of a version lasts at least, in minutes, 1 to 10 080.',
        },
      },
      answer: {
        schema: v.object({
          programme: named('Programme'),
          removed: v.pipe(v.array(text('<script>')), v.description('What was taken out of the logo.')),
        }),
      },
    },
  },
}

export const GROUPS = [PROGRAMME]
