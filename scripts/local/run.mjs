import { whenStarterEnds } from './lifeline.mjs'
import { Failure } from './options.mjs'
import { signInLink, startPlatform } from './platform.mjs'

/** What is running, to be ended with this process: last begun, first ended. */
const running = []
let stopping = false

/**
 * @param {{port: number, data: string, pathPrefix: string, dev: boolean, inspect?: number}} options
 * @param {(platform: object, options: object, onBegun: (end: () => Promise<void> | void) => void) => Promise<void>} [show]
 *   what is done with it, such as the demo
 */
export async function run(options, show) {
  whenStarterEnds(() => {
    console.log('\nStopping …')
    void stop(0)
  })
  try {
    const platform = await startPlatform(options, (end) => running.push(end))
    void platform.ended.then((why) => fail(new Failure(why)))
    console.log(`\nSluice runs at ${platform.url}`)
    console.log(`  Panel       ${await signInLink(platform)}  (its button signs you in, once, within an hour)`)
    console.log(`  API token   ${platform.adminToken}`)
    console.log(`  State       ${options.data} (log: ${platform.logFile})`)
    if (show) await show(platform, options, (end) => running.push(end))
    else console.log('\nNext: open the panel by its link and add a source; its page shows how to send it events.')
    if (options.inspect !== undefined) console.log(`\nA debugger may attach at 127.0.0.1:${options.inspect}.`)
    if (options.dev)
      console.log('\nChanges of src are taken up as they are saved; a new migration with the next start.')
    console.log('\nCtrl-C stops it.')
  } catch (error) {
    await fail(error)
  }
}

async function fail(error) {
  // What was under way when it was told to stop.
  if (stopping) return
  console.error(error instanceof Failure ? error.message : error)
  await stop(1)
}

async function stop(code) {
  stopping = true
  for (const end of running.splice(0).toReversed()) await end()
  process.exit(code)
}
