export const newReplayRequest = { from: '2026-11-26T00:00:00Z', until: '2026-11-26T06:00:00Z', words: 'w' }
export const replayAnswer = { agreed: false }
