export const growthQuery = { days: '30' }
export const newMaintenance = { startsAt: '2026-12-01T02:00:00Z', endsAt: '2026-12-01T04:00:00Z' }
