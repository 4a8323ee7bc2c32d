import type { D1Migration } from '@cloudflare/vitest-plugin'
import type { Env as WorkerEnv } from '../../src/env.ts'
import type * as worker from '../../src/index.ts'

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {
      /** With what `runInDurableObject` asks for. */
      INTAKE: DurableObjectNamespace & WorkerEnv['INTAKE']
      LANE: DurableObjectNamespace & WorkerEnv['LANE']
      REPLAY: DurableObjectNamespace & WorkerEnv['REPLAY']
      CERTIFIER: DurableObjectNamespace & WorkerEnv['CERTIFIER']
      SHOP: DurableObjectNamespace & WorkerEnv['SHOP']
      STATISTICS: DurableObjectNamespace & WorkerEnv['STATISTICS']
      OVERVIEW: DurableObjectNamespace & WorkerEnv['OVERVIEW']
      PULLER: DurableObjectNamespace & WorkerEnv['PULLER']
      SWEEP: DurableObjectNamespace & WorkerEnv['SWEEP']
      WAREHOUSE: DurableObjectNamespace & WorkerEnv['WAREHOUSE']
      TEST_MIGRATIONS: D1Migration[]
      /** Which requests the fuzz run makes: `cases` of them, or as many as fit into `seconds`. */
      FUZZ: { seed: number; seconds: number; cases: number }
    }
    interface GlobalProps {
      mainModule: typeof worker
    }
  }

  /** Vite's, for tests that walk over files which features bring. */
  interface ImportMeta {
    glob<Module>(pattern: string, options: { eager: true }): Record<string, Module>
  }
}
