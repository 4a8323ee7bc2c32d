import { Refusal, type Problem, problem } from '../../refusal.ts'
import { checked } from '../checked.ts'
import { safePicture } from '../picture.ts'
import type { ControlDeps } from '../request.ts'
import { contrastOf } from './contrast.ts'
import { programmeChanges } from './input.ts'
import { getProgramme, type Programme } from './queries.ts'
import { upsertProgramme } from './store.ts'

/**
 * Changes what of the programme is named. `removed`: what the logo had that no picture needs. Throws `Refusal` 400 with
 * every problem and its field.
 */
export async function updateProgramme(
  { db }: Pick<ControlDeps, 'db'>,
  body: unknown,
): Promise<{ programme: Programme; removed: string[] }> {
  const { logo, ...given } = checked(programmeChanges, body)
  const before = await getProgramme(db)
  const drawn = logo === undefined ? undefined : safePicture(logo)
  const problems: Problem[] = [
    ...(drawn && 'problem' in drawn ? [problem(drawn.problem, 'logo')] : []),
    ...(['colour', 'colourDark'] as const).flatMap((name) => pale(name, given[name])),
  ]
  const { customerDays = before.customerDays, customerWindow = before.customerWindow } = given
  if (customerDays > customerWindow) {
    problems.push(problem(`There are only ${customerWindow} days that are looked at.`, 'customerDays'))
  }
  if (problems.length > 0) throw new Refusal(400, ...problems)
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const made = drawn && 'body' in drawn ? drawn : undefined
  const programme: Programme = {
    ...before,
    ...named,
    ...(made && { logo: made.body, logoType: made.type }),
    updatedAt: db.ctx.now(),
  }
  await upsertProgramme(db, programme)
  return { programme, removed: made?.removed ?? [] }
}

function pale(name: 'colour' | 'colourDark', colour: string | undefined): Problem[] {
  if (!colour) return []
  const { ratio, enough } = contrastOf(colour, name)
  const ground = name === 'colour' ? 'light' : 'dark'
  const words = `Words in this colour could not be read on ${ground} pages: the contrast is ${ratio.toFixed(1)}, and has to be 4.5.`
  return enough ? [] : [problem(words, name)]
}
