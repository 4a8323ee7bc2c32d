// `npm start`: the whole platform on this machine, with a demo that shows events going through it.
import { demo } from './local/demo.mjs'
import { Failure, readOptions } from './local/options.mjs'
import { signInLink, startPlatform } from './local/platform.mjs'

/** What is running, to be ended with this process: last begun, first ended. */
const running = []

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    console.log('\nStopping …')
    void stop(0)
  })
}

try {
  const options = readOptions(process.argv.slice(2))
  const platform = await startPlatform(options, (stopPlatform) => running.push(stopPlatform))
  void platform.ended.then((why) => fail(new Failure(why)))
  console.log(`\nSluice runs at ${platform.url}`)
  console.log(`  Panel       ${await signInLink(platform)}  (one click signs you in, once, within an hour)`)
  console.log(`  API token   ${platform.adminToken}`)
  console.log(`  State       ${options.data} (log: ${platform.logFile})`)
  if (options.demo) await demo(platform, options, (stopDemo) => running.push(stopDemo))
  console.log('\nCtrl-C stops it.')
} catch (error) {
  await fail(error)
}

async function fail(error) {
  console.error(error instanceof Failure ? error.message : error)
  await stop(1)
}

async function stop(code) {
  for (const end of running.splice(0).toReversed()) await end()
  process.exit(code)
}
