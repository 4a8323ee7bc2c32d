import { env } from 'cloudflare:workers'

/** The archive, which does something else for some of its methods. */
export function bucketWith(methods: Partial<Record<keyof R2Bucket, unknown>>): R2Bucket {
  return new Proxy(env.ARCHIVE, {
    get: (target, name) => {
      const value: unknown = Object.hasOwn(methods, name) ? methods[name as keyof R2Bucket] : Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
