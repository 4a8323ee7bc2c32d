import manifest from '../package.json' with { type: 'json' }

/** The platform's version, semantic (`0.1.0`). It stands in package.json alone. */
export const VERSION: string = manifest.version

/** How the platform names itself to receivers and partners. */
export const USER_AGENT = `Sluice/${VERSION}`
