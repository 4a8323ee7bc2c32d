/** Text in pieces of at most `most` UTF-16 units, never between the halves of a character. */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length || pieces.length === 0;) {
    let to = Math.min(from + most, text.length)
    const unit = text.charCodeAt(to - 1)
    if (to < text.length && unit >= 0xd800 && unit <= 0xdbff) to--
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}
