/** A text that a warehouse takes: without NUL, half characters replaced. */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole
}

/** At most so many bytes and characters of a text, cut between two characters. */
export function cutToColumn(text: string, most: { bytes?: number; characters?: number }): string {
  const byBytes = most.bytes === undefined ? text : cutBytes(text, most.bytes)
  return most.characters === undefined ? byBytes : cutCharacters(byBytes, most.characters)
}

function cutBytes(text: string, most: number): string {
  // A unit of UTF-16 has three bytes at most.
  if (text.length * 3 <= most) return text
  let bytes = 0
  let at = 0
  for (const character of text) {
    bytes += bytesOf(character.codePointAt(0) ?? 0)
    if (bytes > most) return text.slice(0, at)
    at += character.length
  }
  return text
}

function cutCharacters(text: string, most: number): string {
  if (text.length <= most) return text
  let at = 0
  let characters = 0
  for (const character of text) {
    if (++characters > most) return text.slice(0, at)
    at += character.length
  }
  return text
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1
  if (code < 0x8_00) return 2
  return code < 0x1_00_00 ? 3 : 4
}
