export { presentIntegration, presentSourceKind } from './present.ts'
