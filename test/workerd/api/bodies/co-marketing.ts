export const newStory = { company: 'c', email: 'a@a.example', customer: 'd', words: 'w', agreed: true }
