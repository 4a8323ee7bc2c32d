/** Characters that are compressed at a time. */
const PIECE = 64 * 1_024

/** One gzip member of all lines, which are made as they are needed; only what is compressed is held. */
export async function gzipped(lines: Iterable<string>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new CompressionStream('gzip')
  const whole = new Response(stream.readable).arrayBuffer()
  const writer = stream.writable.getWriter() as WritableStreamDefaultWriter<Uint8Array>
  const encoder = new TextEncoder()
  const written = (async () => {
    let piece = ''
    for (const line of lines) {
      piece += line
      if (piece.length < PIECE) continue
      await writer.write(encoder.encode(piece))
      piece = ''
    }
    await writer.write(encoder.encode(piece))
    await writer.close()
  })()
  const [bytes] = await Promise.all([whole, written])
  return new Uint8Array(bytes)
}
