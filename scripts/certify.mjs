// `npm run certify -- MANIFEST`: the numbered checks of docs/certification.md, made against a partner's endpoint.
// Exit status: 0 no error was found, 1 an error was found, 2 the manifest or an option cannot be used.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { certify, hasErrors, junitOf, linesOf, summaryOf } from '../src/certify/index.ts'
import { context } from '../src/context.ts'
import { subjectOf } from '../src/control/catalogue/manifest.ts'
import { manifestText, stop } from './manifest-file.mjs'

const HELP = `npm run certify -- MANIFEST [options]

MANIFEST             a JSON file, as docs/certification.md has it
  --api-key KEY      a key that your endpoint knows; or CERTIFY_API_KEY in the environment
  --endpoint URL     instead of the manifest's
  --local            the endpoint may be on this machine, without https
  --junit FILE       the result as JUnit's XML, for your CI`

const { values, positionals } = options()
if (values.help) stop(HELP, 0, console.log)
if (positionals.length !== 1) stop(HELP, 2)
const apiKey = values['api-key'] ?? process.env.CERTIFY_API_KEY
if (!apiKey) stop('Certification asks in the name of a customer: give a key by --api-key or CERTIFY_API_KEY.', 2)

// As npm has it: paths are meant from where the command was typed.
const from = process.env.INIT_CWD ?? process.cwd()
const subject = subjectOf(manifestText(resolve(from, positionals[0])), {
  apiKey,
  endpoint: values.endpoint,
  allowLocal: values.local === true,
})
if (!subject.ok) {
  stop(
    subject.problems
      .map(({ field, message }) => `${positionals[0]}: ${field ? `${field}: ` : ''}${message}`)
      .join('\n'),
    2,
  )
}

console.log(`${subject.value.name}: ${subject.value.endpoint}\n`)
const certification = await certify(subject.value, { ctx: context, allowLocal: values.local === true }, (result) => {
  for (const line of linesOf(result)) console.log(line)
})
console.log(`\n${summaryOf(certification)}`)
if (values.junit !== undefined) writeFileSync(resolve(from, values.junit), junitOf(subject.value.name, certification))
process.exit(hasErrors(certification) ? 1 : 0)

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'api-key': { type: 'string' },
        endpoint: { type: 'string' },
        local: { type: 'boolean' },
        junit: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    return stop(`${error.message}\n\n${HELP}`, 2)
  }
}
