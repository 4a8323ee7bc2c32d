import type { CarrierName } from '../integrations/index.ts'
import type { Destination } from '../settings/index.ts'
import type { ControlDeps } from './request.ts'

/** How one thing that brings events to destinations is told of them, whatever kind they are. */
export interface Carrier {
  /** What people can do with what it carries. */
  can: {
    /** Send one event to see what comes of it, and one that waits in spite of a hold. */
    test: boolean
    /** Wait, while it keeps taking events. */
    pause: boolean
    /** Have events of the archive sent once more. */
    replay: boolean
  }
  /** A destination was made or changed. Without an answer it hears of it later, so that is no failure of the change. */
  configure(destination: Destination, deps: ControlDeps): Promise<void>
  /** A destination goes: what is still owed to it is given up. Throws when that cannot be said, so that it can be again. */
  end(destination: Destination, deps: ControlDeps): Promise<void>
  /** Events that wait for a destination; `null`: it cannot be told at the moment. */
  pending(destinationId: string, deps: ControlDeps): Promise<number | null>
}

/** By name, as the features hand them in. */
export type Carriers = Readonly<Record<CarrierName, Carrier>>
