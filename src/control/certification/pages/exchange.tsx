import type { Exchange } from '../describe.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'

/** A request and what came of it. */
export function ExchangeView({ of: { request, reply, failed, tookMs } }: { of: Exchange }) {
  const took = <span class="soft">after {Math.round(tookMs).toLocaleString('en-GB')} ms</span>
  return (
    <>
      <CodeBlock
        label="What was sent"
        code={messageOf(`${request.method} ${request.url}`, request.headers, request.body)}
      />
      <p>
        {reply ? (
          <Badge tone={reply.status >= 200 && reply.status < 300 ? 'good' : 'info'}>{String(reply.status)}</Badge>
        ) : (
          <Badge tone="bad">No answer</Badge>
        )}{' '}
        {took}
        {failed && <span class="wrap"> {failed.timeout ? 'Nothing came in time.' : failed.words}</span>}
        {reply?.isWhole === false && ' The answer was cut off.'}
      </p>
      {reply && <CodeBlock label="What came" code={messageOf(String(reply.status), reply.headers, reply.body)} />}
    </>
  )
}

function messageOf(first: string, headers: Record<string, string>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [first, ...lines, '', body || '(empty)'].join('\n')
}
