import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../world.ts'
import { basic, type Desk, openDesk, refusal, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})

const EVENT_PATHS = ['batch', 'b', 'import', 'identify', 'track', 'page', 'screen', 'group', 'alias']
const OTHER_METHODS = ['GET', 'PUT', 'DELETE', 'PATCH']

describe('another method', () => {
  it.each(EVENT_PATHS.flatMap((path) => OTHER_METHODS.map((method): [string, string] => [method, path])))(
    '%s /v1/%s is told to POST',
    async (method, path) => {
      const response = await send(desk.at, `/v1/${path}`, { method })
      expect(response.headers.get('allow')).toBe('POST')
      expect(await refusal(response)).toMatchObject({ status: 405, message: expect.stringMatching(/POST/) as string })
    },
  )
})

describe('an unknown path', () => {
  it.each([
    ['POST', '/v1/nothing'],
    ['GET', '/v1/nothing'],
    ['POST', '/v1/batch/more'],
    ['POST', '/v1/track/a/b/c'],
    ['POST', '/v1/Batch'],
    ['POST', '/v1/delete'],
    ['POST', '/v1/constructor'],
    ['POST', '/v1/__proto__'],
    ['POST', '/v1/%00'],
    ['POST', '/v1/%E0%A4%A'],
    ['POST', '/v1/pixel/track'],
    ['GET', '/v1/pixel/track/more'],
    ['POST', '/v1/projects/key/settings'],
    ['GET', '/v1/projects/key'],
    ['POST', '/v1/'],
    ['GET', '/v1'],
  ])('%s %s is a 404 that SDKs can read', async (method, path) => {
    expect(await refusal(await send(desk.at, path, { method }))).toMatchObject({ status: 404 })
  })
})

describe('a refusal', () => {
  it('is the same text as error and as message', async () => {
    const json: unknown = await (await desk.post('/v1/batch', '{', basic(desk.writeKey))).json()
    const { error, message, ...rest } = json as Record<string, unknown>
    expect([error === message, rest]).toEqual([true, { success: false, code: 'bad_request' }])
  })

  it('of what only we can be to blame for can be read too', async () => {
    const broken = await openDesk(
      {
        ctx: {
          randomBytes: () => {
            throw new Error('no entropy')
          },
        },
      },
      null,
    )
    const reply = await refusal(await broken.post('/v1/track', track({ writeKey: desk.writeKey })))
    expect(reply).toMatchObject({ status: 500, code: 'internal' })
    expect(reply.message).not.toContain('entropy')
  })
})
