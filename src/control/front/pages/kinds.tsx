import type { Context } from 'hono'
import { Button } from '../../../ui/components/button.tsx'
import { showPublic } from '../../../ui/layout/public.tsx'
import { KIND_NAMES, KIND_WORDS, PARTNER_KINDS, type PartnerKind } from '../../partners/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { type ChoiceQuestion, chosenBy, QUESTIONS } from '../choice.ts'

/** What a kind takes to build, and where it is told. */
const TAKES: Readonly<Record<PartnerKind, readonly [needs: string, doc: string]>> = {
  direct: ['You need one HTTPS endpoint that takes JSON by POST and answers within ten seconds.', 'direct'],
  packaged: ['You need a library for browsers or phones, and what it is called with.', 'packaged'],
  warehouse: ['You need a database that speaks PostgreSQL, Redshift or Iceberg.', 'warehouse'],
}

/** `GET /partners/kinds?where=&needs=`: a short guided choice. One query. */
export async function showKinds(c: Context, { db }: ControlDeps) {
  const programme = await getProgramme(db)
  const chosen = chosenBy((key) => c.req.query(key))
  const children = (
    <>
      {typeof chosen === 'string' ? (
        <Chosen kind={chosen} />
      ) : (
        <Question of={chosen} answer={(key) => c.req.query(key)} />
      )}
      <section class="stack">
        <h2>All three</h2>
        <ul class="tiles">
          {PARTNER_KINDS.map((kind) => (
            <li>
              <strong>{KIND_NAMES[kind]}</strong>
              <p>{KIND_WORDS[kind]}</p>
              <p class="soft">{TAKES[kind][0]}</p>
              <p>
                <a href={`/docs/${TAKES[kind][1]}`}>{KIND_NAMES[kind]} in the docs</a>
              </p>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
  return showPublic(c, {
    title: 'Which kind is ours?',
    brand: brandOf(programme),
    description: 'Direct, packaged or warehouse: two questions say which kind of integration is yours.',
    current: '/partners/kinds',
    lead: 'Two questions at most.',
    children,
  })
}

function Question({
  of: { key, words, answers },
  answer,
}: {
  of: ChoiceQuestion
  answer(key: string): string | undefined
}) {
  const before = QUESTIONS.map((one) => one.key).filter((one) => one !== key && answer(one) !== undefined)
  return (
    <form method="get" action="/partners/kinds" class="card form">
      {before.map((one) => (
        <input type="hidden" name={one} value={answer(one)} />
      ))}
      <fieldset class="stack">
        <legend>{words}</legend>
        <div class="choices">
          {answers.map(({ value, words: said }) => (
            <label>
              <input type="radio" name={key} value={value} required />
              <strong>{said}</strong>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="actions">
        <Button kind="main">Go on</Button>
      </div>
    </form>
  )
}

function Chosen({ kind }: { kind: PartnerKind }) {
  return (
    <section class="card call-out" role="status">
      <h2>Yours is {KIND_NAMES[kind].toLowerCase()}</h2>
      <p>{KIND_WORDS[kind]}</p>
      <p>{TAKES[kind][0]}</p>
      <div class="actions">
        <Button kind="main" href={`/partners/apply?kind=${kind}`}>
          Apply with {KIND_NAMES[kind].toLowerCase()}
        </Button>
        <Button kind="quiet" href="/partners/kinds">
          Begin again
        </Button>
      </div>
    </section>
  )
}
