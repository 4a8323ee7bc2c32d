import { type Call, TRACKING_CALLS } from './calls.ts'
import { withCors } from './cors.ts'
import { failed } from './reply.ts'
import { type IngestDeps, track } from './track.ts'

/**
 * Answers calls of the tracking API whose path is written as every SDK writes it, also beneath the path prefix, before the router
 * has looked at anything. `undefined`: it has to. Both come to the same answer.
 */
export function door(deps: IngestDeps, pathPrefix: string): (request: Request) => Promise<Response> | undefined {
  const calls = new Map<string, Call>()
  for (const [name, call] of TRACKING_CALLS) calls.set(`/v1/${name}`, call).set(`${pathPrefix}/v1/${name}`, call)
  return (request) => {
    const call = request.method === 'POST' ? calls.get(pathOf(request.url)) : undefined
    return call && answered(request, call, deps)
  }
}

async function answered(request: Request, call: Call, deps: IngestDeps): Promise<Response> {
  try {
    return withCors(request, await track(request, call, deps))
  } catch (error) {
    return withCors(request, failed(error, pathOf(request.url), deps.ctx))
  }
}

/** As it is written, without the question. */
function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const question = url.indexOf('?', from)
  return url.slice(from, question < 0 ? undefined : question)
}
