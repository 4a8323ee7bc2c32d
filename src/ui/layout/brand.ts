/** Who runs the deployment, as its public pages show it. */
export interface Brand {
  name: string
  /** Where its logo is; absent: ours. */
  logo?: string | undefined
  /** A style sheet with its colours. */
  colours?: string | undefined
  community?: string | undefined
  terms?: string | undefined
  contact?: string | undefined
}
