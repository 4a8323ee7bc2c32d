export const newCertification = {
  settings: { apiKey: 'a-key' },
  readBack: 'https://e.example/known?id={messageId}',
}
