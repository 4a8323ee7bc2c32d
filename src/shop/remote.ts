import type { Remote } from '../env.ts'
import type { Shop } from './shop.ts'

/** The Durable Object of a synthetic shop, from outside. Every method may be repeated. */
export type ShopRemote = Remote<Shop, 'open' | 'look'>
