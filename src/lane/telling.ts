import { within } from '../settings/index.ts'
import { type HealthReports, keyOfStand, type LaneHealth, type TellHealth, toldOf } from './health.ts'
import type { LaneAlarm } from './lane-alarm.ts'
import { healthIn } from './looks.ts'
import type { LaneMemory } from './memory.ts'

/** How long whoever is told of the lane's health may take. */
const TELL_MS = 5_000

/** What there is to tell of a lane. */
export interface Told {
  health: LaneHealth
  key: string
}

/** Says how the lane stands, when that has changed. */
export class Telling {
  readonly #memory: LaneMemory
  readonly #reports: HealthReports
  readonly #alarm: LaneAlarm
  readonly #tellHealth: TellHealth

  constructor(
    memory: LaneMemory,
    { reports, alarm }: { reports: HealthReports; alarm: LaneAlarm },
    tellHealth: TellHealth,
  ) {
    this.#memory = memory
    this.#reports = reports
    this.#alarm = alarm
    this.#tellHealth = tellHealth
  }

  /** What there is to tell of the lane now; `null`: nothing, or it is not time. */
  begin(): Told | null {
    const { state, stand, ctx } = this.#memory
    if (!this.#reports.isDue(state)) return null
    const again = state.health?.again ?? Infinity
    if (!this.#reports.compare(stand) && again > ctx.now()) return null
    this.#reports.begin()
    return { health: healthIn(this.#memory), key: keyOfStand(stand) }
  }

  /** Tells it. Whatever becomes of it, the lane goes on, and says it again later. `store` writes what has changed. */
  async tell(report: Told, store: () => void): Promise<void> {
    const { ctx, id } = this.#memory
    let heard = false
    try {
      const again = await within(ctx, this.#tellHealth(report.health), TELL_MS)
      heard = true
      this.#memory.state.health = toldOf(report.health, report.key, again)
      this.#memory.unit.touchState()
      store()
    } catch (error) {
      ctx.log('warn', 'health not told', { lane: id, error: String(error) })
    }
    this.#reports.end(heard)
    this.#reports.compare(this.#memory.stand)
    this.#alarm.armNext()
  }
}
