import type { SettingField } from '../../../integrations/index.ts'
import { Notice } from '../../../ui/components/notice.tsx'
import type { Form } from '../../../ui/forms.ts'
import { SettingFields } from '../../destinations/pages/index.ts'

/** In whose name an endpoint is asked: the form that customers get, and what is wrong with it as a whole. */
export function SettingsOfCustomer({ fields, form }: { fields: readonly SettingField[]; form: Form }) {
  const general = form.problem() ?? form.problem('settings') ?? form.problem('endpoint')
  const more = form.has('more') ? [form.get('more')] : []
  return (
    <>
      {general !== undefined && <Notice tone="bad" title={general} />}
      <SettingFields fields={fields} saved={null} form={form} more={more} />
    </>
  )
}
