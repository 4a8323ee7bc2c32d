import { chromium } from 'playwright-core'
import { inject } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import type { Said } from './browser-process.ts'

/**
 * The Chromium that all files of the run share, as `launchBrowser` makes one: a start takes as long as many a test. The first
 * to ask waits until it has started. Contexts are this file's own; `close` ends them, and not the browser.
 */
export async function openBrowser(): Promise<LaunchedBrowser> {
  const said = (await (await fetch(inject('chromium'))).json()) as Said
  if ('failed' in said) throw new Error(said.failed)
  const browser = await chromium.connect(said.wsEndpoint)
  return { browser, close: () => browser.close() }
}
