import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderPartnerMarkdown } from '../../../src/control/markdown.ts'

/** All that may stand between angle brackets in what is rendered of a partner's words. */
const OURS =
  /^<(?:\/?(?:p|ul|ol|li|blockquote|h[3-6]|strong|em|code|table|thead|tbody|tr|td)|\/(?:a|pre|div|th|span)|pre tabindex="0"|th scope="col"|span class="unseen"|div class="table-frame" tabindex="0" role="region" aria-label="[^"<>]*"|a href="https:\/\/[^"<>\s]*" rel="nofollow ugc noopener")>$/

/** Every tag of the text that is none of ours. */
const foreign = (html: string) => [...html.matchAll(/<[^>]*>?/g)].map(([tag]) => tag).filter((tag) => !OURS.test(tag))

describe('Markdown of a partner', () => {
  it('has headings, lists, tables, code, links and emphasis', () => {
    const text = [
      '# Set it up',
      '',
      'Get a **key** from [Acme](https://acme.example/keys?a=1&b=2), _then_ paste it.',
      '',
      '1. One `a_b`',
      '2. Two',
      '',
      '| A | B |',
      '|---|---|',
      '| 1 | 2 |',
      '',
      '```js',
      'const a = "<b>"',
      '```',
    ].join('\n')
    expect(renderPartnerMarkdown(text)).toBe(
      '<h3>Set it up</h3><p>Get a <strong>key</strong> from <a href="https://acme.example/keys?a=1&amp;b=2" rel="nofollow ugc noopener">Acme</a>, <em>then</em> paste it.</p><ol><li>One <code>a_b</code></li><li>Two</li></ol><div class="table-frame" tabindex="0" role="region" aria-label="A B"><table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div><pre tabindex="0"><code>const a = &quot;&lt;b&gt;&quot;</code></pre>',
    )
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](//evil.example)',
    '[x](/destinations)',
    '[x](http://evil.example)',
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](https://a.example/`"onmouseover=alert(1)`)',
    '[x](https://a.example/_"_**"**)',
    '[`"><script>`](https://a.example)',
    '![x](https://evil.example/pixel.png)',
    '<https://a.example/"><script>>',
    '# <svg onload=alert(1)>',
    '| "><script> |\n|---|\n| <iframe> |',
    '```\n</code></pre><script>\n```',
    '``` "><script>\nx',
    '\ue0000\ue001 \ue0020\ue003 \ue002/\ue003',
    '[a](https://a.example) \ue0020\ue003<script>',
    '&lt;script&gt; &#60;script&#62;',
  ])('lets nothing through of %j', (text) => {
    const html = renderPartnerMarkdown(text)
    expect(foreign(html)).toEqual([])
    expect(html).not.toMatch(/evil\.example"/)
    expect(html).not.toContain('\ue000')
  })

  it('lets nothing through, whatever is put together', () => {
    const pieces = fc.constantFrom(
      ...'<script>|<|>|"|\'|&|`|``|```|\n|\n\n|#|# |- |1. |> ||| |  |[|]|](|(|)|![|**|_|https://a.example/|javascript:|\ue000|0|\ue001|\ue002|/|\ue003|onload=|x|\0'.split(
        '|',
      ),
      '|',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (some) => {
        expect(foreign(renderPartnerMarkdown(some.join('')))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['[', '![', '`', '``` ', '> ', '>', '- ', '**a', '_a', '|', '\n', '[a](', '# ', '<https://a', '- \n'])(
    'of 20 000 letters, all of them %j, is rendered at once',
    (piece) => {
      const begun = performance.now()
      renderPartnerMarkdown(piece.repeat(20_000 / piece.length))
      renderPartnerMarkdown(`${piece}\n`.repeat(20_000 / (piece.length + 1)))
      expect(performance.now() - begun).toBeLessThan(1_000)
    },
  )
})
