/**
 * Whether a person's browser goes to a page, by a link, an address typed in or a form. Browsers say so themselves, older
 * ones by what they want to read; SDKs and scripts say neither.
 */
export function isNavigation({ headers }: Request): boolean {
  const mode = headers.get('sec-fetch-mode')
  if (mode !== null) return mode === 'navigate'
  return /\btext\/html\b/i.test(headers.get('accept') ?? '')
}
