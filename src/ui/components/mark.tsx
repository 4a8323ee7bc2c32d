/** The first letter of a name, for what has no picture of its own. The name itself stands beside it. */
export function Mark({ name, large }: { name: string; large?: boolean }) {
  return (
    <span class={large ? 'mark mark-large' : 'mark'} aria-hidden="true">
      {firstLetter(name)}
    </span>
  )
}

function firstLetter(name: string): string {
  return String.fromCodePoint(name.codePointAt(0) ?? 0xb7).toUpperCase()
}
