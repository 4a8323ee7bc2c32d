export type { ShopRemote } from './remote.ts'
export { type SendBatch, Shop, type ShopOrder, type ShopReport, type ShopStorage } from './shop.ts'
export { type Visit, visitOf } from './visits.ts'
