import type { SettingField } from './fields.ts'

/** Of every warehouse: whether what was not loaded as it was sent is a table there too. */
export const discards: SettingField = {
  name: 'discards',
  label: 'Table of discards',
  type: 'boolean',
  required: false,
  default: false,
  description:
    'What could not be loaded as it was sent goes into a table _sluice_discards of the schema too: reason, count and three samples, which are values of events.',
}
