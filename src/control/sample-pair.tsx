import type { Sample } from '../lane/index.ts'
import { CodeBlock } from '../ui/components/code.tsx'

/** What was sent and what came back, beside each other. */
export function SamplePair({ sample: { request, response, error } }: { sample: Sample }) {
  return (
    <div class="sample-pair">
      <CodeBlock label="What was sent" code={requestText(request)} />
      <CodeBlock label="What came back" code={response ? responseText(response) : (error ?? 'Nothing.')} />
    </div>
  )
}

function requestText({ method, url, headers, body }: Sample['request']): string {
  return [`${method} ${url}`, ...lines(headers), '', body].join('\n')
}

function responseText({ status, headers, body }: NonNullable<Sample['response']>): string {
  return [`${status}`, ...lines(headers), '', body].join('\n')
}

function lines(headers: Record<string, string>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}
