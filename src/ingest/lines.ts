/**
 * The lines of a request's body as they come, without their ends; gzip is known by its first bytes. `null` stands for a line
 * of more than `lineChars`. Holds one piece of the body and one line. Throws when what is compressed is damaged, or is more
 * than `bytes`.
 */
export async function* textLines(
  request: Request,
  { lineChars: most, bytes }: { lineChars: number; bytes: number },
): AsyncGenerator<string | null> {
  let line = ''
  let isTooLong = false
  const add = (text: string) => {
    if (isTooLong || line.length + text.length > most) {
      isTooLong = true
      line = ''
    } else line += text
  }
  for await (const text of texts(request, bytes)) {
    const parts = text.split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      add(part)
      yield isTooLong ? null : line.replace(/\r$/, '')
      line = ''
      isTooLong = false
    }
    add(last)
  }
  if (isTooLong) yield null
  else if (line !== '') yield line
}

async function* texts(request: Request, most: number): AsyncGenerator<string> {
  if (!request.body) return
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  // A piece may be a single byte, and what tells gzip are two.
  let head = new Uint8Array(0)
  let isOver = false
  while (head.length < 2 && !isOver) {
    const { value, done } = await reader.read()
    isOver = done
    if (value) head = joined(head, value)
  }
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(head),
    pull: async (controller) => {
      const { value, done } = await reader.read()
      if (done) controller.close()
      else if (value) controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const plain = isGzip ? whole.pipeThrough(new DecompressionStream('gzip')) : whole
  const decoder = new TextDecoder()
  let size = 0
  for await (const bytes of plain as unknown as AsyncIterable<Uint8Array>) {
    size += bytes.length
    if (size > most) throw new Error(`it has more than ${most / 1024 / 1024} MB of text`)
    yield decoder.decode(bytes, { stream: true })
  }
  yield decoder.decode()
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}
