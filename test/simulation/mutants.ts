import { type ChildProcess, fork } from 'node:child_process'
import { ENVIRONMENT, FLAGS, standBack } from './fleet.ts'
import type { Found, Mutant } from './mutant.ts'

/** A process has so many mutants, one after another: to start takes longer than most of them, and each leaves something behind. */
const MOST = 25

/** Processes that `linkSimulation` has made a script for, and that run one mutant each at a time. */
export class Mutants {
  readonly #script: string
  readonly #idle: { child: ChildProcess; had: number }[] = []

  constructor(script: string) {
    this.#script = script
  }

  /** Rejects when its process ends before it has answered. */
  async run(mutant: Mutant): Promise<Found> {
    const one = this.#idle.pop() ?? { child: this.#start(), had: 0 }
    const { child } = one
    const answer = await new Promise<Found>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`a process of the simulation ended with ${code}`))
      child.once('exit', ended)
      child.once('error', reject)
      child.once('message', (said: Found) => {
        child.removeAllListeners()
        resolve(said)
      })
      child.send(mutant)
    })
    if (++one.had < MOST) this.#idle.push(one)
    else child.kill()
    return answer
  }

  end(): void {
    for (const { child } of this.#idle) child.kill()
  }

  #start(): ChildProcess {
    const child = fork(this.#script, { env: ENVIRONMENT, execArgv: FLAGS })
    standBack(child)
    return child
  }
}
