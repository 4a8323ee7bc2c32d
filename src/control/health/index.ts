export { healthRoutes } from './api.ts'
export type { HealthDeps } from './report.ts'
