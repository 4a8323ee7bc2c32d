import type { Context, Fetch } from '../context.ts'

/**
 * For the local run: a receiver called `localhost` may listen on 127.0.0.1 or on [::1] only, and the runtime tries the one
 * that the system's resolver names. Where nothing answers there, the other one is asked too.
 */
export function bothLoopbacks(ctx: Context): Context {
  const { fetch } = ctx
  const sharing = fetch.sharing?.bind(fetch)
  return { ...ctx, fetch: Object.assign(onBoth(fetch), sharing && { sharing: () => onBoth(sharing()) }) }
}

function onBoth(fetch: Fetch): Fetch {
  return async (request, timeoutMs) => {
    try {
      return await fetch(request, timeoutMs)
    } catch (error) {
      const url = new URL(request.url)
      if (!/^localhost\.?$/.test(url.hostname) || isTimeout(error)) throw error
      for (const address of ['127.0.0.1', '[::1]']) {
        url.hostname = address
        const response = await fetch({ ...request, url: url.href }, timeoutMs).catch(() => undefined)
        if (response) return response
      }
      throw error
    }
  }
}

/** Then somebody is there, who may have taken the request. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}
