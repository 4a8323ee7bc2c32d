import * as v from 'valibot'
import { anyObject, flagged, named, type OperationGroup, success, text, time } from '../operation.ts'
import { clientChanges, grantedChanges, newClient } from './input.ts'

const client = {
  id: text('cli_7hPz5', 'What it calls itself: `client_id`.'),
  integrationId: text('int_7hPz5'),
  name: text('Acme', 'Customers read it when they are asked.'),
  redirectUris: v.array(text('https://acme.example/sluice/allowed')),
  startUrl: v.pipe(v.nullable(text('https://acme.example/sluice')), v.description('Where the button Enable leads to.')),
  confidential: flagged(true, 'It has a secret.'),
  createdAt: time(),
}
const grant = v.object({
  id: text('gnt_7hPz5'),
  client: text('Acme'),
  company: v.pipe(v.nullable(text('Acme Inc')), v.description('null: it is no partner.')),
  allowedBy: v.pipe(v.nullable(text('ada@example.com')), v.description('null: the person is gone.')),
  createdAt: time(),
  usedAt: v.pipe(v.nullable(time()), v.description('Within five minutes; null: never.')),
  ended: flagged(false, 'It opens nothing: who allowed it may not do the same any more.'),
})
const destination = v.object({
  id: text('dst_7hPz5'),
  name: text('Acme'),
  enabled: flagged(true),
  paused: flagged(false),
  slug: text('acme', 'Of the integration.'),
  settings: anyObject({ region: 'eu' }, 'Without secrets; of an address its host alone.'),
  secrets: v.pipe(v.array(text('apiKey')), v.description('Names of those that are set.')),
  lacking: v.pipe(v.array(text('apiKey')), v.description('Required settings without which it is not enabled.')),
})
const FIELDS = {
  name: 'What customers read when they are asked.',
  redirectUris: 'Where browsers are led back to: exactly these, at most ten.',
  startUrl: 'Where on your site a customer begins; the button *Enable* leads there.',
}

const ENABLE: OperationGroup = {
  name: 'Enable',
  about:
    'How a partner’s site switches its integration on for a customer, by OAuth 2.1: clients, what customers have allowed them, and what a client does with it. See docs/enable.md.',
  params: { id: text('int_7hPz5', 'Id of the integration.'), clientId: text('cli_7hPz5', 'Id of the client.') },
  schemas: { OAuthClient: v.object(client), Grant: grant, GrantedDestination: destination },
  operations: {
    'GET /api/integrations/:id/clients': {
      id: 'listClients',
      summary: 'Lists the clients of an integration of yours.',
      answer: { schema: v.object({ clients: v.array(named('OAuthClient')) }) },
    },
    'POST /api/integrations/:id/clients': {
      id: 'createClient',
      summary: 'Makes one; its secret is shown this once.',
      body: {
        schema: newClient,
        example: { name: 'Acme', redirectUris: ['https://acme.example/sluice/allowed'] },
        fields: { ...FIELDS, confidential: 'Whether it has a secret; false for what runs at customers’.' },
      },
      answer: {
        status: 201,
        schema: v.object({
          client: v.object({
            ...client,
            secret: v.pipe(v.nullable(text('sluice_secret_…')), v.description('null: it has none.')),
          }),
        }),
      },
      refusals: { 409: 'The integration has ten clients.' },
    },
    'PATCH /api/integrations/:id/clients/:clientId': {
      id: 'updateClient',
      summary: 'Changes what is named; customers’ grants stay.',
      body: { schema: clientChanges, example: { startUrl: 'https://acme.example/sluice' }, fields: FIELDS },
      answer: { schema: v.object({ client: named('OAuthClient') }) },
    },
    'POST /api/integrations/:id/clients/:clientId/secret': {
      id: 'changeClientSecret',
      summary: 'Makes a new secret; the old one is none from now on.',
      answer: { status: 201, schema: v.object({ secret: text('sluice_secret_…') }) },
      refusals: { 409: 'The client is public.' },
    },
    'DELETE /api/integrations/:id/clients/:clientId': {
      id: 'deleteClient',
      summary: 'Deletes it, and all that customers have allowed it.',
      answer: { schema: success },
    },
    'GET /api/granted-destination': {
      id: 'getGrantedDestination',
      summary: 'For clients: the destination that an access token was allowed.',
      answer: { schema: v.object({ destination: named('GrantedDestination') }) },
    },
    'PATCH /api/granted-destination': {
      id: 'updateGrantedDestination',
      summary: 'For clients: enables or disables it, or changes its settings.',
      body: {
        schema: grantedChanges,
        example: { enabled: true },
        fields: {
          enabled: 'Whether events are sent.',
          settings: 'By name, those of your own integration; what is not named stays, `null` removes one.',
        },
      },
      answer: { schema: v.object({ destination: named('GrantedDestination') }) },
    },
  },
}

const GRANTS: OperationGroup = {
  name: 'Enable',
  params: { id: text('dst_7hPz5', 'Id of the destination.'), grantId: text('gnt_7hPz5', 'Id of the grant.') },
  operations: {
    'GET /api/destinations/:id/grants': {
      id: 'listGrants',
      summary: 'Lists what you have allowed clients about a destination.',
      answer: { schema: v.object({ grants: v.array(named('Grant')) }) },
    },
    'DELETE /api/destinations/:id/grants/:grantId': {
      id: 'revokeGrant',
      summary: 'Takes it back: its tokens open nothing from the next request on.',
      answer: { schema: success },
    },
  },
}

export const GROUPS = [ENABLE, GRANTS]
