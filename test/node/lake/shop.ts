import { normalise, type SpecEvent } from '../../../src/event/index.ts'

const EVENTS = ['Order Completed', 'Product Viewed', 'Signed Up', 'Cart Viewed']
const START = Date.UTC(2026, 0, 5)

/** A log of a shop: people who look, sign up, buy and change their minds, the same for the same numbers. */
export function shopLog(random: () => number, count: number, people = 20): SpecEvent[] {
  const log: SpecEvent[] = []
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  for (let at = 0; at < count; at++) {
    const userId = `u${Math.floor(random() * people)}`
    const type = pick(['track', 'track', 'track', 'page', 'identify', 'identify', 'group', 'alias', 'screen'])
    const sent: Record<string, unknown> = { type, userId, anonymousId: `a${at % 7}`, messageId: `m${at}` }
    if (type === 'track') {
      sent['event'] = pick(EVENTS)
      sent['properties'] = {
        total: random() < 0.5 ? at : at / 4,
        coupon: random() < 0.2 ? `c${at}` : null,
        new: at % 2 === 0,
      }
    }
    if (type === 'page' || type === 'screen')
      Object.assign(sent, { name: `Page ${at % 5}`, properties: { url: `/p/${at % 5}` } })
    if (type === 'identify') {
      const traits: Record<string, unknown> = { plan: pick(['free', 'pro', null]), age: at % 90, since: '2025-03-04' }
      if (random() < 0.3) traits[`trait_${at % 4}`] = `value “${at}” 😀`
      sent['traits'] = traits
    }
    if (type === 'group') Object.assign(sent, { groupId: `g${at % 5}`, traits: { seats: at, name: `Group ${at % 5}` } })
    if (type === 'alias') sent['previousId'] = `a${at % 7}`
    // Batches: several events come in at the same time.
    const normalised = normalise(sent, {
      receivedAt: START + Math.floor(at / 3) * 60_000 + (at % 2),
      projectId: 'src_shop',
      newMessageId: () => `m${at}`,
    })
    if (!normalised.ok) throw new Error(normalised.code)
    log.push(normalised.event)
  }
  return log
}
