export const programmeChanges = {
  name: 'n',
  colour: '#0b6b82',
  colourDark: '#63c3da',
  logo: '<svg></svg>',
  community: 'https://c.example',
  terms: 'https://t.example',
  contact: 'a@c.example',
  promisedDays: 2,
  customersNeeded: 10,
  customerDays: 3,
  customerWindow: 14,
  rolloutMinutes: 60,
}
