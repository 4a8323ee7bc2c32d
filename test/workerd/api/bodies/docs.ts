export const newFeedback = { helpful: 'yes' }
