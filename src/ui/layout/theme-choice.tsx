import { type Theme, THEMES } from './theme.ts'

const WORDS: Record<Theme, string> = { auto: 'Auto', light: 'Light', dark: 'Dark' }

/** Light, dark, or what the system says. Works without scripts, hence a form. */
export function ThemeChoice({ theme }: { theme: Theme }) {
  return (
    <form class="theme" method="post" action="/theme">
      <fieldset>
        <legend class="unseen">Colours</legend>
        {THEMES.map((one) => (
          <button type="submit" name="theme" value={one} aria-pressed={one === theme ? 'true' : 'false'}>
            {WORDS[one]}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
