import { isoTime } from '../../event/index.ts'
import type { Programme } from './queries.ts'

/** The API's Programme. */
export function presentProgramme({ logoType, updatedAt, ...facts }: Programme) {
  return {
    ...facts,
    logoType: logoType === '' ? null : logoType,
    updatedAt: updatedAt === 0 ? null : isoTime(updatedAt),
  }
}
