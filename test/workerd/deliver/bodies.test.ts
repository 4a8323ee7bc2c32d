import { describe, expect, it } from 'vitest'
import { sendEvent } from '../../../src/deliver/send.ts'
import { newEvent, virtual, webhook } from './stand-ins.ts'

const send = (answer: () => Response) => {
  const { ctx } = virtual(answer)
  return sendEvent(newEvent(), webhook(), { ctx, allowLocal: false }, JSON.stringify(newEvent()))
}
const json = { 'Content-Type': 'application/json' }

/** Gives a chunk whenever it is asked, for ever, and counts. */
function endless(chunk: Uint8Array) {
  const seen = { pulled: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      seen.pulled++
      controller.enqueue(chunk)
    },
    cancel: () => void (seen.cancelled = true),
  })
  return { body, seen }
}

describe('the body of a refusal', () => {
  it('that never ends is cut and cancelled', async () => {
    const { body, seen } = endless(new TextEncoder().encode('0123456789'))
    const sent = await send(() => new Response(body, { status: 500 }))
    expect(sent.outcome).toEqual({ kind: 'retry', code: 'http_500' })
    expect(sent.sample?.response?.body).toBe('0123456789'.repeat(410).slice(0, 4_096))
    expect(seen.cancelled).toBe(true)
    expect(seen.pulled).toBeLessThan(420)
  })

  it('of a megabyte is cut', async () => {
    const sent = await send(() => new Response('x'.repeat(1024 * 1024), { status: 400, headers: json }))
    expect(sent.sample?.response?.body).toBe('x'.repeat(4_096))
    expect(sent.message).toBe('x'.repeat(500))
  })

  it('that stops halfway is shown as far as it came', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('half of')),
      // What a fetch that has run out of its time does to a body that is still being read.
      pull: (controller) => controller.error(new DOMException('too slow', 'TimeoutError')),
    })
    const sent = await send(() => new Response(body, { status: 400 }))
    expect(sent.outcome).toEqual({ kind: 'dead', code: 'http_400' })
    expect(sent.sample?.response?.body).toBe('half of')
  })

  it('may cut characters between chunks, and may be no text at all', async () => {
    const bytes = new TextEncoder().encode('größer 🎉')
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.enqueue(new Uint8Array([0xff]))
        controller.close()
      },
    })
    const sent = await send(() => new Response(body, { status: 400 }))
    expect(sent.sample?.response?.body).toBe('größer 🎉\ufffd')
  })

  it('may be absent', async () => {
    const sent = await send(() => new Response(null, { status: 500 }))
    expect(sent.sample?.response?.body).toBe('')
  })

  it('may refuse to be cancelled', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(8_192).fill(120)),
      cancel: () => Promise.reject(new Error('no')),
    })
    const sent = await send(() => new Response(body, { status: 400 }))
    expect(sent.outcome).toEqual({ kind: 'dead', code: 'http_400' })
  })
})

describe('the body of a success', () => {
  it('is cancelled, not read', async () => {
    const { body, seen } = endless(new Uint8Array(1_024))
    const sent = await send(() => new Response(body, { status: 200 }))
    expect(sent).toEqual({ outcome: { kind: 'delivered' }, status: 200, tookMs: 0 })
    expect(seen.cancelled).toBe(true)
    expect(seen.pulled).toBeLessThan(3)
  })

  it.each<[string, () => Promise<void>]>([
    ['fails to be cancelled', () => Promise.reject(new Error('connection lost'))],
    ['is never done being cancelled', () => new Promise(() => undefined)],
  ])('that %s changes nothing', async (_, cancel) => {
    const body = new ReadableStream<Uint8Array>({ cancel })
    const sent = await send(() => new Response(body, { status: 200 }))
    expect(sent.outcome).toEqual({ kind: 'delivered' })
  })

  it('that is broken already changes nothing', async () => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('lost')) })
    const sent = await send(() => new Response(body, { status: 200 }))
    expect(sent.outcome).toEqual({ kind: 'delivered' })
  })
})
