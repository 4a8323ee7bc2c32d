/** The surfaces that words in the programme's colour stand on, in light and in dark, as `ui/tokens.css` has them. */
const SURFACES = { colour: '#f7f7f5', colourDark: '#1a1e21' } as const
/** What words of this size need (WCAG 2.2, 1.4.3). */
const LEAST = 4.5

/** How a colour is read on its page, as a ratio from 1 to 21, and whether that is enough. */
export function contrastOf(colour: string, on: keyof typeof SURFACES): { ratio: number; enough: boolean } {
  const [a, b] = [luminance(colour), luminance(SURFACES[on])]
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  return { ratio, enough: ratio >= LEAST }
}

/** White or black, whichever is read better on a colour. */
export function inkOn(colour: string): '#ffffff' | '#000000' {
  return luminance(colour) > 0.179 ? '#000000' : '#ffffff'
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
