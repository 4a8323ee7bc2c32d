export const newApplication = {
  company: 'c',
  site: 'https://c.example',
  email: 'a@c.example',
  kind: 'direct',
  useCase: 'u',
  dataToday: 'd',
}
export const newDecision = { decision: 'ask', words: 'w' }
export const newAnswer = { words: 'w' }
export const applicationQuery = { state: 'waiting' }
