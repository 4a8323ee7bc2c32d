import { titleOf, whereRuns } from '../../../../integrations/index.ts'
import { Empty } from '../../../../ui/components/empty.tsx'
import { Notice } from '../../../../ui/components/notice.tsx'
import type { CarrierPages } from '../../../carrier-pages.ts'
import { delayOf, ON_DEVICES } from '../../../delays.ts'
import { ToolHealthCard, toolHealthOf } from './tool-health.tsx'

/** Pages of a tool that runs on devices: where it runs, and how often it was there. Nothing is sent from here. */
export const DEVICE_PAGES: CarrierPages = {
  async overview(_c, { integration, sourceId }, deps) {
    const health = await toolHealthOf(sourceId, integration.name, deps)
    return {
      children: (
        <>
          {health && <ToolHealthCard title={titleOf(integration)} health={health} />}
          <Notice title={`${titleOf(integration)} runs in ${whereRuns(integration)}.`}>
            It is loaded there and gets the events there: nothing is sent from here. What the device said of it stands
            with each event too: “Where did it go?” in the <a href={`/sources/${sourceId}/debugger`}>debugger</a>. A
            change reaches devices {ON_DEVICES}.
          </Notice>
        </>
      ),
    }
  },

  disabledHint: ({ integration }) =>
    `Enabled, it is loaded by what sends to this source from ${whereRuns(integration)}.`,

  fields: () => null,

  readFields: () => ({}),

  noTest: ({ integration }) => (
    <Empty icon="destination" title="Nothing is sent to it from here">
      {titleOf(integration)} runs in {whereRuns(integration)}, and gets its events there. To try it out, open one of
      yours once the destination is enabled; a change reaches devices {ON_DEVICES}.
    </Empty>
  ),

  disabling: async ({ integration, mode }) => [`Devices stop loading it ${delayOf(integration, mode)}.`],

  deleting: async () => [],

  enabling: (integration, source) =>
    `Enabled, what sends to ${source.name} from ${whereRuns(integration)} loads it ${delayOf(integration, integration.device?.defaultMode ?? null)}.`,
}
