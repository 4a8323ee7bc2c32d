export { readPanelUrl } from './panel-url.ts'
export { dropAlerts, endAlert, raiseAlert, tellAlerts, type TellDeps, tidyAlerts } from './commands.ts'
export { alertReaders, alerts } from './schema.ts'
export { AlertWatch } from './watch.ts'
