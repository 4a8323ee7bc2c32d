import type { Brand } from '../../ui/layout/brand.ts'
import { inkOn } from './contrast.ts'
import type { Programme } from './queries.ts'

/** How public pages show who runs the programme. Addresses change with what is behind them, so browsers may keep it. */
export function brandOf({
  name,
  logoType,
  colour,
  colourDark,
  community,
  terms,
  contact,
  updatedAt,
}: Programme): Brand {
  return {
    name,
    ...(logoType !== '' && { logo: `/programme/logo/${updatedAt}` }),
    ...((colour !== '' || colourDark !== '') && { colours: `/programme/colours/${updatedAt}.css` }),
    ...(community !== '' && { community }),
    ...(terms !== '' && { terms }),
    ...(contact !== '' && { contact }),
  }
}

/** The style sheet with the programme's colours. */
export function coloursOf({ colour, colourDark }: Programme): string {
  const [light, dark] = [colour || '#0b6b82', colourDark || '#63c3da']
  return `:root{--accent:light-dark(${light},${dark});--on-accent:light-dark(${inkOn(light)},${inkOn(dark)})}`
}
