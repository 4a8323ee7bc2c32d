import { refusal } from '../../refusal.ts'

/** The number of a version in a path. Throws 404. */
export function versionNumber(text: string | undefined): number {
  if (!/^[1-9]\d{0,8}$/.test(text ?? '')) throw refusal(404, `There is no version ${text}.`)
  return Number(text)
}
