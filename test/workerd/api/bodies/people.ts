const sources = { ticked: ['src_x'], named: 'shop' }

export const newInvite = { email: 'ada@example.com', role: 'source-admin', sources }

export const memberChanges = { role: 'owner', sources }
