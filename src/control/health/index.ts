export { type HealthDeps, forStrangers, healthReport } from './report.ts'
