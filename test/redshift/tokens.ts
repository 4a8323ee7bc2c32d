/** What Redshift says of a statement that is none. */
export class SyntaxRefused extends Error {}

export type Token =
  | { kind: 'name' | 'text' | 'number' | 'word' | 'sign' | 'parameter'; value: string }
  | { kind: 'body'; value: string }

const TOKENS =
  /(?<space> )|"(?<name>[^"]*)"|'(?<text>[^']*)'|\$\$(?<body>[^$]*)\$\$|(?<number>\d+)|(?<word>[a-z_]+\d*)|:(?<parameter>[a-z_]+)|(?<sign>\|\||[().,=>*/])/y

/** Tokens of a statement written as the platform writes: small letters, single spaces, every name in quotes. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < sql.length) {
    const from = TOKENS.lastIndex
    const groups = TOKENS.exec(sql)?.groups
    if (!groups) throw new SyntaxRefused(`syntax error at or near "${sql.slice(from, from + 30)}"`)
    const found = Object.entries(groups).find(([, value]) => value !== undefined)
    if (!found || found[0] === 'space') continue
    const token = { kind: found[0], value: found[1] } as Token
    // Redshift folds names to small letters, in quotes too, and cuts none: it refuses what is longer than 127 bytes.
    if (token.kind === 'name' && !/^[a-z0-9_]{1,127}$/.test(token.value)) {
      throw new SyntaxRefused(`"${token.value}" is no name that would stay as it is`)
    }
    // What a backslash means in a text depends on a setting.
    if (token.kind === 'text' && token.value.includes('\\')) throw new SyntaxRefused('a backslash in a text')
    tokens.push(token)
  }
  return tokens
}

/** Takes tokens one after another; throws where another stands than is asked for. */
export class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(sql: string) {
    this.#tokens = tokensOf(sql)
  }

  get done(): boolean {
    return this.#at === this.#tokens.length
  }

  /** `create table (`: words and signs as they have to stand there. */
  expect(words: string): void {
    for (const word of words.split(' ')) {
      if (!this.take(word)) this.fail(word)
    }
  }

  /** Takes these words, if all of them come next. */
  take(words: string): boolean {
    const parts = words.split(' ')
    const all = parts.every((part, nth) => {
      const token = this.#tokens[this.#at + nth]
      return (
        token !== undefined &&
        (token.kind === 'word' || token.kind === 'sign' || token.kind === 'number') &&
        token.value === part
      )
    })
    if (all) this.#at += parts.length
    return all
  }

  value(kind: Token['kind']): string {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind) return this.fail(kind)
    this.#at++
    return token.value
  }

  name(): string {
    return this.value('name')
  }

  /** `"schema"."table"` */
  qualified(): [schema: string, table: string] {
    const schema = this.name()
    this.expect('.')
    return [schema, this.name()]
  }

  /** One or more, with commas between. */
  list<One>(read: () => One): One[] {
    const all = [read()]
    while (this.take(',')) all.push(read())
    return all
  }

  end(): void {
    if (!this.done) this.fail('the end')
  }

  fail(wanted: string): never {
    const token = this.#tokens[this.#at]
    throw new SyntaxRefused(`syntax error at or near "${token?.value ?? 'the end'}": expected ${wanted}`)
  }
}
