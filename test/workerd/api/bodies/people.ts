const sources = { ticked: ['src_x'], named: 'shop' }

export const newInvite = { email: 'ada@example.com', role: 'source-admin', sources }

export const memberChanges = { role: 'owner', sources }

const label = { key: 'k', value: 'v' }
const resources = [{ id: 'src_x', type: 'SOURCE', labels: [label] }]

export const userPermissions = {
  permissions: [{ roleId: 'source-admin', roleName: 'Source Admin', resources, labels: [label] }],
}

export const newInvites = { invites: [{ email: 'ada@example.com', permissions: userPermissions.permissions }] }
