import { bucketRegionOf, bucketUrl, type RedshiftSettings, stageFolder } from './settings.ts'
import { type AwsAnswer, type AwsDeps, sendSigned } from './signed.ts'
import { bucketError } from './words.ts'

const TIMEOUT_MS = 60_000
/** Of those that are removed at a time. */
const MOST_LEFTOVERS = 200

/** Addresses of a load's two files, as COPY and its errors name them. */
export interface StageFiles {
  manifestUrl: string
  fileUrl: string
}

export interface StageBucket {
  /** Puts rows (gzip, NDJSON) and the manifest that names them. `id`: of [a-z0-9-]. */
  put(id: string, body: Uint8Array<ArrayBuffer>): Promise<StageFiles>
  /** Removes both. What is not there is no error. */
  remove(id: string): Promise<void>
  /** Removes what attempts have left that began before this moment (ms); how many files. */
  sweep(before: number): Promise<number>
}

/** The customer's bucket, of which only the folder of loads is touched. */
export function stageBucket(settings: RedshiftSettings, deps: AwsDeps): StageBucket {
  const folder = stageFolder(settings)
  const s3Url = (key: string) => `s3://${settings.bucket}/${key}`
  const keysOf = (id: string) => ({ file: `${folder}${id}.json.gz`, manifest: `${folder}${id}.manifest` })

  async function send(
    method: string,
    path: string,
    what: string,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<AwsAnswer> {
    const answer = await sendSigned(
      {
        service: 's3',
        region: bucketRegionOf(settings),
        method,
        url: `${bucketUrl(settings)}${path}`,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/octet-stream' } }),
        timeoutMs: TIMEOUT_MS,
      },
      settings,
      deps,
    )
    if (answer.status < 200 || answer.status > 299) {
      throw bucketError(answer.status, answer.headers, answer.text, what, settings)
    }
    return answer
  }

  const removeKey = (key: string) => send('DELETE', key, 'remove files from')

  return {
    async put(id, body) {
      const { file, manifest } = keysOf(id)
      await send('PUT', file, 'write files to', body)
      await send(
        'PUT',
        manifest,
        'write files to',
        JSON.stringify({ entries: [{ url: s3Url(file), mandatory: true }] }),
      )
      return { fileUrl: s3Url(file), manifestUrl: s3Url(manifest) }
    },

    async remove(id) {
      const { file, manifest } = keysOf(id)
      await removeKey(manifest)
      await removeKey(file)
    },

    async sweep(before) {
      const query = new URLSearchParams({ 'list-type': '2', 'max-keys': '1000', prefix: folder })
      const { text } = await send('GET', `?${query}`, 'list files of')
      const old = [...text.matchAll(/<Contents>.*?<\/Contents>/gs)].flatMap(([contents]) => {
        const key = /<Key>([^<]+)<\/Key>/.exec(contents)?.[1] ?? ''
        const at = Date.parse(/<LastModified>([^<]+)<\/LastModified>/.exec(contents)?.[1] ?? '')
        return isOurs(key, folder) && at < before ? [key] : []
      })
      for (const key of old.slice(0, MOST_LEFTOVERS)) await removeKey(key)
      return Math.min(old.length, MOST_LEFTOVERS)
    },
  }
}

/** Of a load: in this very folder, named as loads name theirs. */
function isOurs(key: string, folder: string): boolean {
  return key.startsWith(folder) && /^[a-z0-9-]{1,100}\.(?:json\.gz|manifest)$/.test(key.slice(folder.length))
}
