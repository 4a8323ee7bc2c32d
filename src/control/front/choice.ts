import type { PartnerKind } from '../partners/index.ts'

/** A question of the guided choice, with what each answer leads to: a kind, or the next question. */
export interface ChoiceQuestion {
  key: string
  words: string
  answers: readonly { value: string; words: string; leads: PartnerKind | 'on' }[]
}

/** Asked in this order until an answer names a kind. */
export const QUESTIONS: readonly ChoiceQuestion[] = [
  {
    key: 'where',
    words: 'Where does the data have to be for your product to work?',
    answers: [
      { value: 'tables', words: 'In tables that people query: we are a database or a warehouse.', leads: 'warehouse' },
      {
        value: 'page',
        words: 'In the page or app itself: we show, record or change something there.',
        leads: 'packaged',
      },
      { value: 'servers', words: 'On our servers.', leads: 'on' },
    ],
  },
  {
    key: 'needs',
    words: 'Do you need what only a browser or a phone knows, such as clicks, cookies of your own or the screen?',
    answers: [
      { value: 'device', words: 'Yes, our own library collects it.', leads: 'packaged' },
      { value: 'events', words: 'No, the events are enough.', leads: 'direct' },
    ],
  },
]

/** What the answers so far come to: a kind, or the question that is open. */
export function chosenBy(answer: (key: string) => string | undefined): PartnerKind | ChoiceQuestion {
  for (const question of QUESTIONS) {
    const given = question.answers.find(({ value }) => value === answer(question.key))
    if (!given) return question
    if (given.leads !== 'on') return given.leads
  }
  return 'direct'
}
