export const newReviewer = { email: 'ada@example.com' }
