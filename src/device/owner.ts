import { type KeyOwner, type SettingsCache, SettingsUnavailable } from '../settings/index.ts'

/**
 * Whose write key it is. `null`: nobody's. `unknown`: that cannot be told; the page is then better served as if it were
 * somebody's, since no SDK of a page sends anything without script and settings, and neither holds a secret.
 */
export async function ownerOf(writeKey: string, settings: SettingsCache): Promise<KeyOwner | 'unknown' | null> {
  try {
    return await settings.ownerOfKey(writeKey)
  } catch (error) {
    if (error instanceof SettingsUnavailable) return 'unknown'
    throw error
  }
}
