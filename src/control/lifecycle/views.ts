/** Which integrations a reviewer looks at: whose turn it is, or how far they have come. */
export const SUBMISSION_VIEWS = ['waiting', 'partner', 'beta', 'public', 'ending'] as const
export type SubmissionView = (typeof SUBMISSION_VIEWS)[number]
