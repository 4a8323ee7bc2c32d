import { env } from 'cloudflare:workers'
import type { Env, Objects } from '../../../src/env.ts'

/** What one page asked of the platform. */
export interface Counts {
  /** Statements of D1; each of a batch is one. */
  queries: string[]
  /** Calls of Durable Objects, as `method`. */
  calls: string[]
}

/** The real bindings, counting. */
export function counting(): { bindings: Partial<Env>; counts: Counts; reset(): void } {
  const counts: Counts = { queries: [], calls: [] }
  const bindings = {
    DB: countedD1(env.DB, counts),
    INTAKE: countedObjects(env.INTAKE, counts),
    LANE: countedObjects(env.LANE, counts),
    REPLAY: countedObjects(env.REPLAY, counts),
    STATISTICS: countedObjects(env.STATISTICS, counts),
    OVERVIEW: countedObjects(env.OVERVIEW, counts),
    CERTIFIER: countedObjects(env.CERTIFIER, counts),
    SHOP: countedObjects(env.SHOP, counts),
    PULLER: countedObjects(env.PULLER, counts),
    SWEEP: countedObjects(env.SWEEP, counts),
    WAREHOUSE: countedObjects(env.WAREHOUSE, counts),
  }
  const reset = () => {
    counts.queries.length = 0
    counts.calls.length = 0
  }
  return { bindings, counts, reset }
}

const RUNNING = new Set(['all', 'first', 'run', 'raw'])
const REAL = Symbol('the statement itself')

function countedD1(db: D1Database, { queries }: Counts): D1Database {
  const statement = (real: D1PreparedStatement, sql: string): D1PreparedStatement =>
    new Proxy(real, {
      get(target, name) {
        if (name === REAL) return target
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (RUNNING.has(String(name))) queries.push(sql)
          const answer: unknown = Reflect.apply(value, target, args)
          return name === 'bind' ? statement(answer as D1PreparedStatement, sql) : answer
        }
      },
    })
  return new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => statement(target.prepare(sql), sql)
      if (name === 'batch') {
        return (statements: (D1PreparedStatement & { [REAL]: D1PreparedStatement })[]) => {
          for (let i = 0; i < statements.length; i++) queries.push('one of a batch')
          return target.batch(statements.map((one) => one[REAL]))
        }
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function countedObjects<R extends object>(namespace: Objects<R>, { calls }: Counts): Objects<R> {
  return new Proxy(namespace, {
    get(target, name) {
      if (name !== 'getByName') {
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      }
      return (id: string) =>
        new Proxy(target.getByName(id), {
          get(stub, method) {
            const value: unknown = Reflect.get(stub, method, stub)
            if (typeof value !== 'function' || method === 'then') return value
            return (...args: unknown[]) => {
              calls.push(String(method))
              return Reflect.apply(value, stub, args) as unknown
            }
          },
        })
    },
  })
}
