import type { Tone } from '../components/badge.tsx'
import type { PanelContext } from '../context.ts'

/** What pages say after something was done, by code. An address carries only the code, never the words. */
export type FlashTexts = Readonly<Record<string, readonly [Tone, string]>>

/** For the texts of one feature: where to go after a form, so that the page there says what was done. */
export function flashOf<Texts extends FlashTexts>(_texts: Texts) {
  return (path: string, code: keyof Texts & string) => `${path}${path.includes('?') ? '&' : '?'}said=${code}`
}

/** What the page has to say, when its address names a text of ours. */
export function noticeOf(c: PanelContext): { tone: Tone; title: string } | undefined {
  const code = c.req.query('said') ?? ''
  const texts = c.get('flash')
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined
  return text && { tone: text[0], title: text[1] }
}
