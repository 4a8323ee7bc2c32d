// `npm start`: the whole platform on this machine, with a demo that shows events going through it.
import { demo } from './local/demo.mjs'
import { Failure, readOptions } from './local/options.mjs'
import { startPlatform } from './local/platform.mjs'

try {
  const options = readOptions(process.argv.slice(2))
  const platform = await startPlatform(options)
  let receiver
  const stop = async (code) => {
    await receiver?.close()
    await platform.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      console.log('\nStopping …')
      void stop(0)
    })
  }
  void platform.ended.then((why) => {
    console.error(why)
    return stop(1)
  })
  console.log(`\nSluice runs at ${platform.url}`)
  console.log(`  API token   ${platform.adminToken}`)
  console.log(`  State       ${options.data} (log: ${platform.logFile})`)
  if (options.demo) receiver = await demo(platform, options)
  console.log('\nCtrl-C stops it.')
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(error.message)
  process.exit(1)
}
