import type { ConnectorName } from './presets.ts'

/** What an entry of kind `bi` is made of: it explains how a tool is connected to a warehouse that is there. */
export interface BiHalf {
  /** Whose warehouses it reads. */
  connectors: ConnectorName[]
  /** What somebody does in the tool, one after another. `{host}` and the like stand for what `BI_VALUES` says. */
  steps: string[]
}

/** What steps can name of a warehouse, and of the user who reads it. */
export const BI_VALUES = ['host', 'port', 'database', 'user', 'schema'] as const
export type BiValue = (typeof BI_VALUES)[number]

const PLACE = /\{([^{}]*)\}/g

/** What a step names that is no value of a warehouse; `undefined`: all are. */
export function strangeValue(step: string): string | undefined {
  const known: readonly string[] = BI_VALUES
  return [...step.matchAll(PLACE)].map(([, name = '']) => name).find((name) => !known.includes(name))
}

/** A step in pieces: words, and the values that stand between them. */
export function piecesOf(step: string): (string | { value: BiValue })[] {
  return step
    .split(PLACE)
    .map((piece, at) => (at % 2 === 0 ? piece : { value: piece as BiValue }))
    .filter((piece) => piece !== '')
}
