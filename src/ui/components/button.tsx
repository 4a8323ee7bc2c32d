import type { Child } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

export interface ButtonProps {
  /** `main` is the one thing that a page is for; there is at most one of it in view. */
  kind?: 'main' | 'plain' | 'danger' | 'quiet'
  icon?: IconName
  /** A link that looks like a button: for going somewhere. Without it, a button: for doing something. */
  href?: string
  type?: 'submit' | 'button'
  /** So that it keeps the focus when its page moves by itself. */
  id?: string
  name?: string
  value?: string
  small?: boolean
  disabled?: boolean
  /** Where its form goes by this button, if that is elsewhere. */
  formaction?: string
  /** What is read out, where the words alone would not say it. */
  label?: string
  children?: Child
  [attribute: `hx-${string}` | `data-${string}`]: string | undefined
}

export function Button({ kind = 'plain', icon, href, small, label, children, type = 'submit', ...rest }: ButtonProps) {
  const look = ['button', `button-${kind}`, small ? 'button-small' : ''].filter(Boolean).join(' ')
  const inside = (
    <>
      {icon && <Icon name={icon} />}
      {children}
    </>
  )
  return href === undefined ? (
    <button class={look} type={type} aria-label={label} {...rest}>
      {inside}
    </button>
  ) : (
    <a class={look} href={href} aria-label={label}>
      {inside}
    </a>
  )
}
