import type { Context } from '../context.ts'

/** What a lease or a permit says of the generation in which it was given. */
export function ofGeneration({ generation }: Pick<Context, 'generation'>): { generation?: string } {
  return generation === undefined ? {} : { generation }
}

/**
 * Whether whoever has this lease or permit is dead for certain: it was given in another generation of a platform that ends
 * as a whole. Where none is known nobody is, and it is over when its time is.
 */
export function isOfTheDead(held: { generation?: string }, { generation }: Pick<Context, 'generation'>): boolean {
  return generation !== undefined && held.generation !== generation
}
