export const newStreamRequest = {
  company: 'c',
  email: 'a@a.example',
  url: 'https://a.example/in',
  calls: ['track'],
  words: 'w',
}
export const newSharedStream = { token: 't', sourceId: 's' }
