import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

/** How events are put together, as `operator.ts` has it in its list: two in a request, or five. */
const TWO: Schedule = { 'd0: batch#0': 1 }
const FIVE: Schedule = { 'd0: batch#0': 2 }
/** Thirty, or what has come in twenty seconds: two requests five seconds apart. */
const WAITING: Schedule = {
  'd0: batch#0': 4,
  'requests#0': 2,
  'request 0: events#0': 3,
  'request 1: events#0': 3,
  'request 1: at#0': 5_000,
}
/** What a receiver says of the first list: a status of each event, or that it is too large. */
const OWN: Schedule = { 'receiver d0: of a list#0': 1 }
const TOO_LARGE: Schedule = { 'receiver d0: of a list#0': 3 }
/** Four batches, and their lane is told of each at once. */
const TOLD: Schedule = { ...TWO, 'lane: progress#0': 2, 'request 0: events#0': 8 }
/** Which events have failed in it: with 503. */
const FIRST_FAILS: Schedule = { 'receiver d0: own#0': 1 }

/** Mistakes with events that are sent together. */
export const BATCHES: readonly Mutation[] = [
  {
    name: 'takes a list of results for good',
    breaks: 'What a receiver has refused of a batch is booked as delivered.',
    edits: [
      { file: 'deliver/send.ts', from: 'if (!Array.isArray(told))\n', to: 'if (!Array.isArray(told) || events > 0)\n' },
    ],
    aimed: { ...FIVE, 'request 0: events#0': 5, ...OWN, ...FIRST_FAILS },
  },
  {
    name: 'reads a list of results from its end',
    breaks: 'An event gets the result of another.',
    edits: [
      { file: 'deliver/send.ts', from: 'return told.map((one) => {', to: 'return told.toReversed().map((one) => {' },
    ],
    aimed: { ...FIVE, 'request 0: events#0': 5, ...OWN, ...FIRST_FAILS },
  },
  {
    name: 'gives each attempt of a batch an id of its own',
    breaks: 'A receiver that has had a batch does not know it when it comes again.',
    edits: [
      {
        file: 'integrations/webhook.ts',
        from: 'isList(what) ? await batchId(what) :',
        to: 'isList(what) ? `${await batchId(what)}${at}` :',
      },
    ],
    aimed: { ...FIVE, 'request 0: events#0': 5, 'receiver d0: answer#0': 1 },
  },
  {
    name: 'forgets where batches begin',
    breaks: 'What a dead worker had sent as one batch comes again in others.',
    edits: [{ file: 'lane/grant.ts', from: '  if (batch) group.cuts = cuts\n', to: '' }],
    aimed: {
      ...TOLD,
      ...OWN,
      'receiver d0: own#1': 1,
      'receiver d0: ms#1': 2_000,
      'receiver d0: ms#2': 2_000,
      'receiver d0: ms#3': 2_000,
      'deliver d0 → lane d0.progress: fate#0': 4,
    },
  },
  {
    name: 'tells its lane of a part of a batch',
    breaks: 'When its worker dies the rest of a batch comes as another.',
    edits: [
      {
        file: 'deliver/outcomes.ts',
        from: '    for (const one of some) this.#note(one)\n',
        to: '    if (some.length > 1) return some.forEach((one) => this.add([one]))\n    for (const one of some) this.#note(one)\n',
      },
    ],
    aimed: {
      ...TOLD,
      ...OWN,
      'receiver d0: own#1': 1,
      'receiver d0: ms#3': 2_000,
      'deliver d0 → lane d0.settle: fate#0': 3,
    },
  },
  {
    name: 'puts the later events of a batch before the earlier',
    breaks: 'A batch has its events in another order than they came in.',
    edits: [
      { file: 'deliver/batches.ts', from: 'this.all.at(-1)?.push(event)', to: 'this.all.at(-1)?.unshift(event)' },
    ],
    aimed: { ...FIVE, 'request 0: events#0': 5 },
  },
  {
    name: 'gives up what is too large for one request',
    breaks: 'Events die that are taken in smaller batches.',
    edits: [
      {
        file: 'deliver/send.ts',
        from: 'response.status === 413 && events > 1',
        to: 'response.status === 413 && events > 1_000',
      },
    ],
    aimed: { ...FIVE, 'request 0: events#0': 5, ...TOO_LARGE },
  },
  {
    name: 'halves a batch at once where one request may go',
    breaks: 'A receiver that wants one request in two seconds gets two.',
    edits: [
      {
        file: 'deliver/sending.ts',
        from: 'if (grant.batches.single === true &&',
        to: 'if (grant.batches.single === undefined &&',
      },
    ],
    aimed: { ...FIVE, 'd0: rate#0': 0, 'request 0: events#0': 5, ...TOO_LARGE },
  },
  {
    name: 'puts what comes to what waits without its mark',
    breaks: 'A registration whose answer was lost is booked twice.',
    edits: [{ file: 'lane/booking.ts', from: '    into.to = work.to\n', to: '' }],
    aimed: { ...WAITING, 'intake s0 → lane d0.register: fate#1': 2 },
  },
  {
    name: 'puts the numbers of one batch of the archive upon those of another',
    breaks: 'Of events that were put together some are sent as others.',
    edits: [
      { file: 'lane/batches.ts', from: 'last.events.push(base + event)', to: 'last.events.push(base + event - base)' },
    ],
    aimed: WAITING,
  },
]
