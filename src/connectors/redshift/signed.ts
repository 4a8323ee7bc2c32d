import { Buffer } from 'node:buffer'
import { AwsV4Signer } from 'aws4fetch'
import type { Context } from '../../context.ts'
import { WarehouseError } from '../connector.ts'
import type { RedshiftSettings } from './settings.ts'

/** What every request of this connector needs of the world outside. */
export interface AwsDeps {
  ctx: Context
  /** Why an address must not be sent to; `undefined`: it may. */
  refuse(url: string): string | undefined
}

export interface AwsRequest {
  service: 's3' | 'redshift-data'
  region: string
  method: string
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
  timeoutMs: number
}

export interface AwsAnswer {
  status: number
  headers: Headers
  text: string
}

/** Longest answer that is read: a page of a result or of a list is a megabyte. */
const MOST_BYTES = 8 * 1_024 * 1_024
const TRIES = 4

/**
 * One signed request and its whole answer, whatever its status. The body's hash is signed too. What the network loses, 429,
 * 5xx and what AWS calls throttling is tried again, so it has to be something that may come twice.
 */
export async function sendSigned(
  request: AwsRequest,
  settings: Pick<RedshiftSettings, 'accessKeyId' | 'secretAccessKey'>,
  { ctx, refuse }: AwsDeps,
): Promise<AwsAnswer> {
  const problem = refuse(request.url)
  if (problem) throw new WarehouseError('address', `The address ${new URL(request.url).host} ${problem}.`, false)
  for (let tried = 1; ; tried++) {
    let answer: AwsAnswer | undefined
    let lost: unknown
    try {
      answer = await sendOnce(request, settings, ctx)
    } catch (error) {
      lost = error
    }
    if (answer && !mayPass(answer)) return answer
    if (tried === TRIES) {
      if (answer) return answer
      const words = `${new URL(request.url).host} could not be reached: ${lost instanceof Error ? lost.message : String(lost)}`
      throw new WarehouseError('unreachable', words, true, { cause: lost })
    }
    await ctx.sleep(250 * 2 ** tried * (0.5 + ctx.random() / 2))
  }
}

function mayPass({ status, text }: AwsAnswer): boolean {
  return (
    status === 429 || status >= 500 || (status === 400 && /Throttl|RequestTimeout|ActiveStatementsExceeded/.test(text))
  )
}

async function sendOnce(
  { service, region, method, url, headers, body, timeoutMs }: AwsRequest,
  { accessKeyId, secretAccessKey }: Pick<RedshiftSettings, 'accessKeyId' | 'secretAccessKey'>,
  ctx: Context,
): Promise<AwsAnswer> {
  const signer = new AwsV4Signer({
    method,
    url,
    // Without it S3 would be told that the body is not signed.
    headers: { ...headers, 'x-amz-content-sha256': await sha256(body ?? '') },
    ...(body !== undefined && { body }),
    accessKeyId,
    secretAccessKey,
    service,
    region,
    datetime: new Date(ctx.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  })
  const signed = await signer.sign()
  const response = await ctx.fetch(
    {
      method,
      url: signed.url.href,
      headers: Object.fromEntries(signed.headers),
      ...(body !== undefined && { body }),
    },
    timeoutMs,
  )
  return { status: response.status, headers: response.headers, text: await wholeText(response) }
}

async function wholeText(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += (value as Uint8Array).byteLength
    if (bytes > MOST_BYTES) {
      await reader.cancel()
      throw new WarehouseError('answer', 'An answer of AWS is longer than 8 MB.', false)
    }
    text += decoder.decode(value as Uint8Array, { stream: true })
  }
}

/** In hexadecimal. */
async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
}
