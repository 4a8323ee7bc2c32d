export const newRevert = { words: 'w' }
