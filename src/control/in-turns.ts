/** Does something for each, in their order, so many at once. Rejects as soon as one rejects; what is under way goes on. */
export async function inTurns<T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<unknown>): Promise<void> {
  const left = all.values()
  const worker = async () => {
    for (const one of left) await act(one)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
