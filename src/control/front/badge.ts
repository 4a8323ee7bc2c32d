/** What a live integration shows on its own site: that it works with the platform, or a button that leads to where it is connected. */
export const LINK_PICTURES = ['badge', 'button'] as const
export type LinkPicture = (typeof LINK_PICTURES)[number]

/** Says nothing, and takes no room: for an integration that is not live, or not any more. */
export const NO_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

const HEIGHT = 32
const PADDING = 14
/** Of a letter in the mean, at 14 pixels; the text is fitted into what comes of it. */
const LETTER = 7.6

/** What a picture says. `name`: of the platform. */
export function pictureWords(picture: LinkPicture, name: string): string {
  return picture === 'badge' ? `Works with ${name}` : `Enable with ${name}`
}

/** A picture as SVG, without anything that is loaded; readable on light and dark pages alike. */
export function linkPicture(picture: LinkPicture, name: string): string {
  const words = pictureWords(picture, name)
  const length = Math.ceil(words.length * LETTER)
  const width = length + 2 * PADDING
  const [fill, text] = picture === 'badge' ? ['#ffffff', '#10414c'] : ['#0b5b6c', '#ffffff']
  const label = escaped(words)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${HEIGHT - 1}" rx="6" fill="${fill}" stroke="#0b5b6c"/>`,
    `<text x="${PADDING}" y="21" font-family="system-ui,sans-serif" font-size="14" font-weight="600" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${text}">${label}</text>`,
    '</svg>',
  ].join('')
}

/**
 * HTML that shows a picture and leads to the integration: the button to where it is enabled. `origin`: of this platform;
 * `startUrl`: where the partner's own site does that.
 */
export function linkSnippet(
  picture: LinkPicture,
  { name, origin, slug, startUrl }: { name: string; origin: string; slug: string; startUrl?: string | undefined },
): string {
  const page = `${origin}${picture === 'badge' ? `/partners/integrations/${slug}` : `/catalogue/${slug}`}`
  const href = picture === 'button' && startUrl !== undefined ? startUrl : page
  const image = `${origin}/partners/integrations/${slug}/${picture}.svg`
  return `<a href="${escaped(href)}"><img src="${image}" alt="${escaped(pictureWords(picture, name))}" height="${HEIGHT}"></a>`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (one) => ESCAPES[one] ?? one)
}
