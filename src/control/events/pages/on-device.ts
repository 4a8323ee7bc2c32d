import { type Sdk, whereRuns } from '../../../integrations/index.ts'
import type { DestinationLine } from '../../destinations/index.ts'
import { deviceTools, type DeviceTools, isObject, type JsonObject } from '../../../event/index.ts'
import type { Tone } from '../../../ui/components/badge.tsx'
import { cutText, SHOWN } from '../../../ui/shown.ts'

/** What became of an event at a tool that runs on the device, as far as the device said so. */
export interface DeviceFate {
  /** Of the destination; `undefined`: the device names a tool that is none of the source's destinations. */
  id?: string
  name: string
  tone: Tone
  state: string
  words: string
}

type Line = Pick<DestinationLine, 'id' | 'name' | 'enabled' | 'mode' | 'integration'>

/** What the device said of each of its tools with an event. */
export function deviceFates(payload: JsonObject, destinations: readonly Line[]): DeviceFate[] {
  const said = deviceTools(payload)
  const known = destinations.flatMap((one) => {
    const fate = one.integration?.device && fateOf(one, payload, said)
    return fate ? [{ id: one.id, name: one.name, ...fate }] : []
  })
  const names = new Set(destinations.map(({ integration }) => integration?.name))
  const others = [...new Set([...said.failed, ...said.bundled])].filter((name) => !names.has(name))
  return [
    ...known,
    ...others.map((name) => ({
      name: cutText(name, SHOWN.name).text,
      ...(said.failed.includes(name) ? FAILED : LOADED),
      words: `${said.failed.includes(name) ? 'The device could not load it' : 'The device had it'}, under a name that no destination shown here has.`,
    })),
  ]
}

const LOADED = { tone: 'good', state: 'On the device' } as const
const FAILED = { tone: 'bad', state: 'Could not be loaded' } as const
const ABSENT = { tone: 'off', state: 'Not on the device' } as const

/** `undefined`: nobody could expect this event there, so there is nothing to say. */
function fateOf(
  { id, enabled, mode, integration }: Line,
  { type, channel, integrations }: JsonObject,
  said: DeviceTools,
): Omit<DeviceFate, 'id' | 'name'> | undefined {
  if (!integration?.device) return undefined
  const { name, supports, device } = integration
  const named = (names: readonly string[]) => names.includes(name)
  if (named(said.failed)) {
    const words =
      'The device tried to load it and could not, so it did not get this event. The usual reason is an ad blocker; a content security policy, or a mistake in its settings, are others.'
    return { ...FAILED, words }
  }
  if (named(said.bundled) || said.ids.includes(id)) {
    if (isOff(integrations, name)) {
      return { ...LOADED, tone: 'off', words: 'The device had it; the event’s own integrations object keeps it away.' }
    }
    return supports.some((one) => one === type)
      ? { ...LOADED, words: 'The device had it, and handed it this event. What it did with it only the tool can tell.' }
      : { ...LOADED, tone: 'off', words: `The device had it, but it takes no ${String(type)} calls.` }
  }
  // From here on nothing is said for those that have a way through the cloud: their lane tells more.
  if (mode === 'cloud' || !enabled) return undefined
  if (named(said.unbundled)) {
    return {
      ...ABSENT,
      state: 'Left to the cloud',
      words:
        integration.endpoint === undefined
          ? 'The device says that it does not have it. It has no way through the cloud, so it did not get this event.'
          : 'The device says that it does not have it: the event goes to it from here.',
    }
  }
  const sdks = device.sdks.filter((sdk) => CHANNELS[sdk] === channel)
  if (sdks.length === 0) {
    return {
      ...ABSENT,
      state: 'Not on this platform',
      words: `${platformWords(channel)} The tool runs in ${whereRuns(integration)} only.`,
    }
  }
  return {
    ...ABSENT,
    words: said.anything
      ? 'The device does not name it: it had settings from before it was enabled, or the app was built without it.'
      : 'The event does not say which tools the device had, so whether it got there is not known.',
  }
}

const CHANNELS: Record<Sdk, string> = { browser: 'client', ios: 'mobile', android: 'mobile' }

function platformWords(channel: unknown): string {
  if (channel === 'server') return 'This event came from a server.'
  return channel === 'mobile' ? 'This event came from an app.' : 'This event came from a web page.'
}

function isOff(integrations: unknown, name: string): boolean {
  if (!isObject(integrations)) return false
  return Object.hasOwn(integrations, name) ? integrations[name] === false : integrations.All === false
}
