interface MarkProps {
  name: string
  large?: boolean
  /** Address of its picture. */
  picture?: string | undefined
}

/** A square picture, or the first letter of a name for what has none. The name itself stands beside it. */
export function Mark({ name, large, picture }: MarkProps) {
  const look = large ? 'mark mark-large' : 'mark'
  return picture === undefined ? (
    <span class={look} aria-hidden="true">
      {firstLetter(name)}
    </span>
  ) : (
    <img
      class={`${look} mark-picture`}
      src={picture}
      alt=""
      width={large ? 36 : 28}
      height={large ? 36 : 28}
      loading="lazy"
    />
  )
}

function firstLetter(name: string): string {
  return String.fromCodePoint(name.codePointAt(0) ?? 0xb7).toUpperCase()
}
