export const exampleOrder = { type: 'track', endpoint: 'https://e.example/' }
