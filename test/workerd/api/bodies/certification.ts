export const newCertification = {
  settings: { apiKey: 'a-key' },
  readBack: 'https://e.example/known?id={messageId}',
}

export const testCall = { call: 'wrong-key', settings: { apiKey: 'a-key' } }
