import * as v from 'valibot'
import { ROLES } from '../../accounts/index.ts'
import { named, type OperationGroup, paginationAnswer, success, text, time } from '../operation.ts'
import { newInvites, userPermissions } from './input.ts'

const SOURCE_ADMIN = { roleId: 'source-admin', resources: [{ id: 'src_4fJk2mQ8', type: 'SOURCE' }] }
const permissions = v.object({ permissions: v.array(named('Permission')) })

const USERS: OperationGroup = {
  name: 'Users',
  about: 'Members of the workspace, invitations and roles. A member has one role; a source admin that of some sources.',
  params: { id: text('usr_2bD9', 'Id of the user.') },
  schemas: {
    Permission: v.object({
      roleId: v.picklist(ROLES),
      roleName: text('Workspace Owner'),
      resources: v.array(v.object({ id: text('ws_4k2mzx7q'), type: v.picklist(['WORKSPACE', 'SOURCE']) })),
    }),
    User: v.object({
      id: text('usr_2bD9'),
      name: text('Ada Lovelace'),
      email: text('ada@example.com'),
      permissions: v.array(named('Permission')),
    }),
  },
  operations: {
    'GET /api/users': {
      id: 'listUsers',
      summary: 'Lists members, those who joined first before the others.',
      paged: 200,
      answer: { schema: v.object({ users: v.array(named('User')), pagination: paginationAnswer }) },
    },
    'DELETE /api/users': {
      id: 'removeUsers',
      summary: 'Removes members, all that are named or none.',
      about: 'They keep their accounts; the API tokens that they made here end.',
      query: { 'userIds[]': text('usr_2bD9', 'Each of them, at most fifty.') },
      answer: { schema: success },
      refusals: { 404: 'One of them is no member.', 409: 'The workspace would have no owner left.' },
    },
    'GET /api/users/:id': {
      id: 'getUser',
      summary: 'Answers one.',
      answer: { schema: v.object({ user: named('User') }) },
    },
    'POST /api/users/:id/permissions': {
      id: 'addPermissionsToUser',
      summary: 'Lets a member do more.',
      about: 'Of several roles the widest holds; sources of a source admin are added to those granted before.',
      body: {
        schema: userPermissions,
        example: { permissions: [SOURCE_ADMIN] },
        fields: { permissions: 'Roles, each with what it is of.' },
      },
      answer: { schema: permissions },
    },
    'PUT /api/users/:id/permissions': {
      id: 'replacePermissionsForUser',
      summary: 'Says what a member may do.',
      body: {
        schema: userPermissions,
        example: { permissions: [{ roleId: 'member' }] },
        fields: { permissions: 'Roles, each with what it is of.' },
      },
      answer: { schema: permissions },
      refusals: { 409: 'The workspace would have no owner left.' },
    },
    'GET /api/invites': {
      id: 'listInvites',
      summary: 'Lists invitations that may still be accepted, the newest first.',
      paged: 200,
      answer: {
        schema: v.object({
          invites: v.array(text('grace@example.com')),
          details: v.array(
            v.object({
              id: text('inv_5cQ1'),
              email: text('grace@example.com'),
              permissions: v.array(named('Permission')),
              createdAt: time(),
              expiresAt: time(),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
    },
    'POST /api/invites': {
      id: 'createInvites',
      summary: 'Invites people, each with what they may do.',
      about: 'A link works once, for seven days. Whoever cannot be invited costs no other their invitation.',
      body: {
        schema: newInvites,
        example: { invites: [{ email: 'grace@example.com', permissions: [{ roleId: 'member' }] }] },
        fields: { invites: 'Whom, and their roles.' },
      },
      answer: {
        status: 201,
        schema: v.object({
          emails: v.pipe(v.array(text('grace@example.com')), v.description('Those who are invited.')),
          links: v.pipe(
            v.array(v.object({ email: text('grace@example.com'), url: text('https://in.example.com/invites/…') })),
            v.description('To pass on, where the deployment sends no mail: shown only now.'),
          ),
          refused: v.array(
            v.object({ email: text('ada@example.com'), message: text('This person is a member already.') }),
          ),
        }),
      },
      refusals: { 409: 'Nobody could be invited.' },
    },
    'DELETE /api/invites': {
      id: 'withdrawInvites',
      summary: 'Withdraws the invitations to some addresses, all or none.',
      query: { 'emails[]': text('grace@example.com', 'Each of them, at most fifty.') },
      answer: { schema: success },
      refusals: { 404: 'One of them is not invited.' },
    },
    'GET /api/roles': {
      id: 'listRoles',
      summary: 'Lists what somebody can be in a workspace.',
      paged: 200,
      answer: {
        schema: v.object({
          roles: v.array(
            v.object({
              id: v.picklist(ROLES),
              name: text('Workspace Owner'),
              description: text('Everything, people and API tokens among it.'),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
    },
  },
}

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

export const GROUPS = [USERS, PEOPLE]
