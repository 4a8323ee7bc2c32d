import type { Carrier } from '../../carrier.ts'

/** A tool's own code in pages and apps. It asks for its settings by itself, and nothing waits for it here. */
export const DEVICE: Carrier = {
  can: { test: false, pause: false, replay: false },
  configure: async () => {},
  end: async () => {},
  pending: async () => 0,
}
