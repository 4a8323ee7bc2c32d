/** Who runs the deployment, as its public pages show it. */
export interface Brand {
  name: string
  /** Where its logo is; absent: ours. */
  logo?: string | undefined
  /** A style sheet with its colours. */
  colours?: string | undefined
  community?: string | undefined
  terms?: string | undefined
  contact?: string | undefined
}

/** Whether a contact is an e-mail address; else it is an https address, which may have an `@` in its path. */
export function isMailAddress(contact: string): boolean {
  return contact.includes('@') && !/^https:\/\//i.test(contact)
}

/** Where a contact leads. `subject`: of a mail. */
export function contactUrl(contact: string, subject?: string): string {
  if (!isMailAddress(contact)) return contact
  return `mailto:${contact}${subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`}`
}
