/** What a snippet is made for: this deployment, and one write key. */
export interface Where {
  /** `https://in.example.com` */
  origin: string
  /** `in.example.com`, with the port where there is one. */
  host: string
  writeKey: string
}

/** One thing to do, with the code to copy. */
export interface Step {
  title: string
  code: string
  language: string
  /** What to know besides. */
  note?: string
}

export interface Guide {
  steps: Step[]
  /** Something that does not fit this deployment. */
  warning?: string
}

/** Of the address that the page itself was asked for: what the browser reaches, the SDK reaches. */
export function whereOf(url: string, writeKey: string): Where {
  const { origin, host } = new URL(url)
  return { origin, host, writeKey }
}

const MARGIN = /^ {4}/gm

/** Code as it stands below, without the margin that it has in the source. */
export function code(text: string): string {
  return text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .replace(MARGIN, '')
}
