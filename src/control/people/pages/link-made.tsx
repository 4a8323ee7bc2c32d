import { CodeBlock } from '../../../ui/components/code.tsx'
import { Notice } from '../../../ui/components/notice.tsx'

/** A link that was just made, for somebody to pass on. */
export interface Made {
  title: string
  /** Absent: it went by mail. */
  link?: string
  text: string
}

export function LinkMade({ made: { title, link, text } }: { made: Made }) {
  return (
    <Notice tone="good" title={title}>
      <p>{text}</p>
      {link !== undefined && <CodeBlock label="Link" code={link} />}
    </Notice>
  )
}
