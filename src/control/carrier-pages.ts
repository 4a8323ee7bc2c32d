import type { Child } from 'hono/jsx'
import type { CarrierName, Integration } from '../integrations/index.ts'
import type { HealthRow } from '../lane/index.ts'
import type { Destination } from '../settings/index.ts'
import type { PanelContext } from '../ui/context.ts'
import type { Form } from '../ui/forms.ts'
import type { ControlDeps } from './request.ts'

export type Described = Destination & { sourceName: string; health: HealthRow | null }

/** What the pages of a destination show of its carrier: those pages themselves know none. */
export interface CarrierPages {
  /** How it stands: the overview, below what is said of its state; and its health as it is now, where that is known. */
  overview(
    c: PanelContext,
    destination: Described,
    deps: ControlDeps,
  ): Promise<{ children: Child; health?: HealthRow | undefined }>
  /** What is said of one that is disabled, to somebody who may enable it. */
  disabledHint(destination: Described): string
  /** In the form of its settings, below those of the integration; `null` for a new destination. */
  fields(of: Destination | null, form: Form): Child
  /** What was typed into those fields, as the API takes it. */
  readFields(form: Form): Record<string, unknown>
  /** Instead of the form that sends an event, where it can send none. */
  noTest(destination: Described): Child
  /** What disabling it means, a sentence each. */
  disabling(destination: Described, deps: ControlDeps): Promise<Child[]>
  /** What deleting it costs, besides its settings. */
  deleting(destination: Described, deps: ControlDeps): Promise<string[]>
  /** When events flow, or the tool is loaded, once a new one is enabled. */
  enabling(integration: Integration, source: { name: string }): string
}

export type PagesOfCarriers = Readonly<Record<CarrierName, CarrierPages>>
