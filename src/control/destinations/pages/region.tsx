import type { Integration } from '../../../integrations/index.ts'
import { Field, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'

/** Where its events go, of an integration that listens in several places. */
export function RegionField({
  of,
  saved,
  form,
}: {
  of: Pick<Integration, 'regions'>
  saved: string | null
  form: Form
}) {
  const { regions = [] } = of
  if (regions.length === 0) return null
  const error = form.problem('region')
  const help = saved === null ? undefined : 'Keys are given anew for another region.'
  return (
    <Field id="region" label="Region" error={error} {...(help !== undefined && { help })}>
      <Select
        id="region"
        name="region"
        value={form.value('region', saved ?? '')}
        options={[['', 'No region: its usual place'], ...regions.map(({ id, name }) => [id, name] as const)]}
        help={help}
        error={error}
      />
    </Field>
  )
}

/** What was chosen, as the API takes it. */
export function readRegion(form: Form): { region?: string | null } {
  return form.has('region') ? { region: form.get('region') || null } : {}
}
