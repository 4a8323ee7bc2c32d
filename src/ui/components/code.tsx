import { Icon } from './icon.tsx'

/** Text to copy as it stands. The button is there only when scripts run; the text can be selected without. */
export function CodeBlock({ code, language, label }: { code: string; language?: string | undefined; label: string }) {
  return (
    <figure class="code">
      <figcaption>
        <span>{label}</span>
        {language !== undefined && <span class="code-language">{language}</span>}
        <button class="button button-quiet button-small" type="button" data-copy hidden>
          <Icon name="copy" />
          <span data-copy-words>Copy</span>
        </button>
      </figcaption>
      <pre tabindex={0} aria-label={label}>
        <code>{code}</code>
      </pre>
    </figure>
  )
}

/** A short value, such as a write key, with a button that copies it. */
export function Copyable({ value, label }: { value: string; label: string }) {
  return (
    <span class="copyable">
      <code>{value}</code>
      <button
        class="button button-quiet button-small"
        type="button"
        data-copy
        data-copy-value={value}
        aria-label={`Copy ${label}`}
        hidden
      >
        <Icon name="copy" />
      </button>
    </span>
  )
}
