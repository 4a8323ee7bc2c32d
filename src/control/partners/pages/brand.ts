import type { Brand } from '../../../ui/layout/public.tsx'

export const BRAND: Brand = { name: 'Sluice' }
