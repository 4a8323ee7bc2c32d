import type { EventType } from '../event/index.ts'
import type { BatchOffer, SettingsValues } from '../integrations/index.ts'

/** What is certified: a direct endpoint, asked as the destination of one customer would ask it. */
export interface CertifiedEndpoint {
  name: string
  endpoint: string
  /** The calls that it takes. */
  supports: readonly EventType[]
  /** Requests a second that it says it can take; `null`: it says nothing. */
  rate: number | null
  /** Events that it takes in one request; absent or `null`: one, which is then no list. */
  batch?: BatchOffer | null | undefined
  /** Milliseconds that an answer may take. */
  timeoutMs: number
  /** Settings of the customer, `apiKey` among them. */
  settings: SettingsValues
  /** Which of them are secrets, beside `apiKey`. */
  secret?: readonly string[] | undefined
  /**
   * Where the endpoint says what it has of one event, if it does: a GET of this address, with the event's id in the place
   * of `{messageId}`, answers `{"count":1,"timestamp":"…"}`.
   */
  readBack?: string | undefined
}
