// `npm start`: the whole platform on this machine, with a demo that shows events going through it.
import { enterOwnEnvironment } from './local/environment.mjs'
import { Failure, HELP, readOptions } from './local/options.mjs'

const options = read()
enterOwnEnvironment(options.data)
// Only now, because what these load reads the environment.
const { run } = await import('./local/run.mjs')
// What it sends with is loaded when it is wanted.
const show = options.demo ? (await import('./local/demo.mjs')).demo : undefined
await run(options, show)

function read() {
  try {
    const options = readOptions(process.argv.slice(2), process.env)
    if (!options.help) return options
    console.log(HELP)
    process.exit(0)
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error)
    process.exit(1)
  }
}
