import type { SettingField } from '../../../integrations/index.ts'

/** The settings as a form asks for them: which Hyperdrive is a choice of those that are bound, and no question where none is. */
export function offeredFields(
  fields: readonly SettingField[],
  hyperdrives: readonly string[],
  saved?: unknown,
): SettingField[] {
  const names = [...new Set([...hyperdrives, ...(typeof saved === 'string' ? [saved] : [])])]
  return fields.flatMap((field): SettingField[] => {
    if (field.format !== 'hyperdrive') return [field]
    return names.length === 0 ? [] : [{ ...field, type: 'select', choices: names }]
  })
}
