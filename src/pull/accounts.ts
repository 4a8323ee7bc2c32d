import { sha256Text } from '../tables/index.ts'
import { VendorAccess, type VendorTokens } from './access.ts'
import { VendorApi } from './api.ts'
import type { PullerDeps } from './deps.ts'
import { clientOf, isAllowedByPerson } from './oauth.ts'
import type { PullTerms } from './protocol.ts'
import type { PullerStore } from './store.ts'

/** How a source's vendor is asked: its API, and the tokens of its account, as long as both are the same. */
export class VendorAccounts {
  readonly #source: string
  readonly #store: Pick<PullerStore, 'tokens' | 'keepTokens'>
  readonly #deps: Pick<PullerDeps, 'ctx' | 'secrets'>
  /** Called when tokens were kept: whose source is gone meanwhile, keeps none. */
  readonly #kept: () => Promise<void>
  #api: { version: number; of: VendorApi } | undefined
  #access: { fingerprint: string; of: VendorAccess } | undefined

  constructor(
    source: string,
    store: Pick<PullerStore, 'tokens' | 'keepTokens'>,
    deps: Pick<PullerDeps, 'ctx' | 'secrets'>,
    kept: () => Promise<void>,
  ) {
    this.#source = source
    this.#store = store
    this.#deps = deps
    this.#kept = kept
  }

  /** `hurried`: one that is asked a few times only, at once. */
  api(terms: PullTerms, hurried = false): VendorApi {
    const { vendor, settings, allowLocal, version } = terms
    const deps = { vendor, settings, allowLocal, ctx: this.#deps.ctx, access: this.access(terms), hurried }
    if (hurried) return new VendorApi(deps)
    if (this.#api?.version !== version) this.#api = { version, of: new VendorApi(deps) }
    return this.#api.of
  }

  /** The one that replaces the tokens of an account; `undefined`: its settings have a key. */
  access(terms: PullTerms): VendorAccess | undefined {
    const { vendor, settings, allowLocal } = terms
    if (!vendor.oauth) return undefined
    const client = clientOf(settings, terms.client)
    const of = fingerprintOf(terms)
    const fingerprint = sha256Text(`${of} ${client?.secret ?? ''}`)
    if (this.#access?.fingerprint !== fingerprint) {
      const { ctx } = this.#deps
      const read = () => this.#readTokens(of)
      const keep = (tokens: VendorTokens) => this.#keepTokens(tokens, of)
      this.#access = { fingerprint, of: new VendorAccess({ vendor, settings, client, ctx, allowLocal, read, keep }) }
    }
    return this.#access.of
  }

  /** Whether there are tokens of the account as it is set up; `null`: it needs none. */
  isAllowed(terms: PullTerms): boolean | null {
    return terms.vendor.oauth ? this.#store.tokens()?.of === fingerprintOf(terms) : null
  }

  async #keepTokens(tokens: VendorTokens, of: string): Promise<void> {
    const { keyId, sealed } = await this.#deps.secrets().seal(tokens, boundTo(this.#source))
    this.#store.keepTokens({ sealed, keyId, of })
    await this.#kept()
  }

  async #readTokens(of: string): Promise<VendorTokens | null> {
    const kept = this.#store.tokens()
    if (kept?.of !== of) return null
    const { ctx, secrets } = this.#deps
    try {
      return (await secrets().open(kept.sealed, kept.keyId, boundTo(this.#source))) as unknown as VendorTokens
    } catch (error) {
      ctx.log('warn', 'tokens cannot be opened', { source: this.#source, error: String(error) })
      return null
    }
  }
}

/** Tells settings of one account from those of another, without keeping them. */
export function accountOf({ vendor, settings }: PullTerms): string {
  const names = vendor.account ?? vendor.fields.filter(({ type }) => type !== 'boolean').map(({ name }) => name)
  return sha256Text(JSON.stringify(names.map((name) => settings[name] ?? null)))
}

/** Its settings are sealed too, and are no tokens. */
function boundTo(source: string): string {
  return `${source} tokens`
}

/** Tells what tokens are of. */
function fingerprintOf(terms: PullTerms): string {
  const { settings } = terms
  const client = clientOf(settings, terms.client)
  // Another secret of a client proves itself at once; what a person has allowed outlives it.
  const proof = isAllowedByPerson(settings) ? null : client?.secret
  return sha256Text(
    JSON.stringify([settings['address'], settings['grant'], client?.id, proof].map((one) => one ?? null)),
  )
}
