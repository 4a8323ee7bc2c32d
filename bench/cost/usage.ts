import { AsyncLocalStorage } from 'node:async_hooks'
import type { Carry } from '../../test/platform/call.ts'
import { PLATFORM } from '../../test/platform/limits.ts'
import { Usage } from '../../test/platform/usage.ts'

/** What the invocations of a run use, each for itself, held against the platform's limits. */
export class Invocations {
  /** The first that went beyond one of them, in words. */
  over: string | undefined
  readonly #turn = new AsyncLocalStorage<Usage>()

  /** Whatever `run` does is done by one invocation of a Worker, or by one call of an object. */
  as<T>(kind: 'worker' | 'object', name: string, run: (usage: Usage) => T): T {
    const usage = new Usage(kind, PLATFORM, (what) => (this.over ??= `${name} ${what}`))
    return this.#turn.run(usage, () => run(usage))
  }

  /** Of whoever's turn it is; `undefined` where nothing is measured, as when tables are filled. */
  get usage(): Usage | undefined {
    return this.#turn.getStore()
  }

  /** Throws as the platform does when it is one too many. */
  count(what: 'binding' | 'request'): void {
    try {
      this.usage?.call(what)
    } catch (error) {
      this.over ??= String(error)
      throw error
    }
  }

  /** Has the calls of a binding count, and wait for a connection. */
  within<Call>(needed: 'connections' | 'databases', carry: Carry<Call>): Carry<Call> {
    return async (call, effect) => {
      this.count('binding')
      const go = () => carry(call, effect)
      return this.usage ? this.usage[needed].use(go) : go()
    }
  }
}
