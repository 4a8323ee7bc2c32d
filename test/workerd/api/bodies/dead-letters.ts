export const redrive = { events: [{ id: 1, event: 2 }] }

export const deadLetterFilter = {
  reason: 'http_400',
  event: 'Order *',
  type: 'track',
  userId: 'u',
  from: '2026-11-01T00:00:00Z',
  until: '2026-11-08T00:00:00Z',
}

export const redriveChange = { state: 'cancelled' }
