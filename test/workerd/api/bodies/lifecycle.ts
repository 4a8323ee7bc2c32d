export const newAct = { act: 'submit' }
export const newBetaLink = { label: 'l' }
export const consentChanges = { named: true }
export const betaGuest = { token: 't' }
export const submissionQuery = { view: 'waiting' }
