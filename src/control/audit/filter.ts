import type { AuditFilter } from '../../accounts/index.ts'
import { parseTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'

/** Which entries a query asks for. Throws `Refusal` 400 for a time that is none. */
export function auditFilterOf(query: (name: string) => string | undefined): AuditFilter {
  const timeIn = (name: string) => {
    const text = query(name)
    const time = parseTime(text)
    if (text === undefined || time !== undefined) return time
    throw refusal(400, 'Must be a time such as 2026-11-01T00:00:00Z.', name)
  }
  return {
    from: timeIn('startTime'),
    until: timeIn('endTime'),
    // Answers have it in capitals.
    resourceType: query('resourceType')?.toLowerCase(),
    resourceId: query('resourceId'),
  }
}
