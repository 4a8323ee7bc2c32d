/** R2 in memory: it is not what is compared. `objects` has its content, by key. */
export function memoryBucket(): { bucket: R2Bucket; objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>()
  const bucket = {
    put: (key: string, value: Uint8Array) => Promise.resolve(void objects.set(key, new Uint8Array(value))),
    get: (key: string, { range: { offset, length } }: { range: { offset: number; length: number } }) => {
      const bytes = objects.get(key)?.slice(offset, offset + length)
      return Promise.resolve(bytes ? { arrayBuffer: () => Promise.resolve(bytes.buffer) } : null)
    },
  } as unknown as R2Bucket
  return { bucket, objects }
}
