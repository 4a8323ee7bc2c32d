// `npm run certify -- MANIFEST`: the numbered checks of docs/certification.md, made against a partner's endpoint.
// Exit status: 0 no error was found, 1 an error was found, 2 the manifest or an option cannot be used.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { certify, hasErrors, junitOf, linesOf, summaryOf } from '../src/certify/index.ts'
import { context } from '../src/context.ts'
import { subjectOf } from '../src/control/catalogue/manifest.ts'

const HELP = `npm run certify -- MANIFEST [options]

MANIFEST             a JSON file, as docs/certification.md has it
  --api-key KEY      a key that your endpoint knows; or CERTIFY_API_KEY in the environment
  --endpoint URL     instead of the manifest's
  --local            the endpoint may be on this machine, without https
  --junit FILE       the result as JUnit's XML, for your CI`

/** A manifest is some kilobytes; what is much larger is something else. */
const MOST_BYTES = 1024 * 1024

const { values, positionals } = options()
if (values.help) stop(HELP, 0, console.log)
if (positionals.length !== 1) stop(HELP, 2)
const apiKey = values['api-key'] ?? process.env.CERTIFY_API_KEY
if (!apiKey) stop('Certification asks in the name of a customer: give a key by --api-key or CERTIFY_API_KEY.', 2)

// As npm has it: paths are meant from where the command was typed.
const from = process.env.INIT_CWD ?? process.cwd()
const subject = subjectOf(manifest(resolve(from, positionals[0])), {
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

function manifest(path) {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > MOST_BYTES) stop(`${path} has ${bytes.length} bytes; a manifest has a megabyte at most.`, 2)
    return bytes.toString('utf8')
  } catch (error) {
    return stop(`${path} cannot be read: ${error.message}`, 2)
  }
}

/** Ends with a status; what is said is said first. */
function stop(words, status, say = console.error) {
  say(words)
  process.exit(status)
}
