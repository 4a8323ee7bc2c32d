/** An element of a picture, as far as what it costs to be drawn depends on it. */
export interface Drawn {
  id?: string
  /** Parts of the picture that it is drawn with, by their ids: copied, cut or masked by them. */
  uses: string[]
  children: Drawn[]
}

/** Elements that may be drawn. A few that copy each other ten times each would be more than a browser ever ends. */
export const MOST_DRAWN = 20_000

/**
 * How many elements are drawn, with whatever they use; at most `MOST_DRAWN + 1`, which is also what a picture costs that uses
 * itself.
 */
export function drawnElements(root: Drawn): number {
  const byId = new Map<string, Drawn[]>()
  const costs = new Map<Drawn, number>()
  note(root)
  return costOf(root)

  function note(one: Drawn): void {
    if (one.id !== undefined) byId.set(one.id, [...(byId.get(one.id) ?? []), one])
    for (const child of one.children) note(child)
  }

  function costOf(one: Drawn): number {
    const known = costs.get(one)
    if (known !== undefined) return known
    // Whoever comes back here while it is counted has found a circle.
    costs.set(one, MOST_DRAWN + 1)
    let cost = 1
    for (const part of [...one.children, ...one.uses.flatMap((id) => byId.get(id) ?? [])]) cost += costOf(part)
    const bounded = Math.min(cost, MOST_DRAWN + 1)
    costs.set(one, bounded)
    return bounded
  }
}
