import { raw } from 'hono/html'
import {
  API_KEY,
  connectorFields,
  CONNECTORS,
  KINDS,
  type SettingField,
  withPresets,
} from '../../../integrations/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Form } from '../../../ui/forms.ts'
import { RegionField, SettingFields } from '../../destinations/pages/index.ts'
import { renderPartnerMarkdown } from '../../markdown.ts'
import { inputOfForm } from '../input-of-form.ts'
import { fieldOfRow } from '../setting-rows.ts'
import type { PartProps } from './integration-form.tsx'

/** The form that customers will get and the docs that they will read, as they are typed: by the same components that show theirs. */
export function CustomerPreview(props: PartProps) {
  const { form, saved, rows } = props
  const docs = form.sent ? form.exact('docs') : saved.docs
  return (
    <div id="preview" class="stack form" aria-live="off">
      <Card title="What customers get" lead="Their form, as it will be. Nothing that is typed here is kept.">
        <RegionField
          of={{ regions: rows.regions.filter(({ id, name }) => id !== '' && name !== '') }}
          saved={null}
          form={Form.blank}
        />
        <SettingFields fields={fieldsOf(props)} saved={null} form={Form.blank} />
        {docs.trim() !== '' && <article class="doc">{raw(renderPartnerMarkdown(docs))}</article>}
      </Card>
    </div>
  )
}

/** Only what has a key of its own and a label can be shown. */
function fieldsOf({ kind, form, saved, rows }: PartProps): SettingField[] {
  if (kind === 'warehouse') {
    const input = form.sent ? inputOfForm(form, kind, rows)['warehouse'] : saved.warehouse
    const { connector, settings } = input as NonNullable<typeof saved.warehouse>
    const known = CONNECTORS.find((one) => one === connector) ?? CONNECTORS[0]
    return withPresets(connectorFields(known), settings).filter(({ format }) => format !== 'hyperdrive')
  }
  if (KINDS[kind].connectsAs !== 'destination') return []
  const seen = new Set([API_KEY.name])
  const own = rows.settings.filter(({ name, label }) => {
    const isShown = name !== '' && label !== '' && !seen.has(name)
    seen.add(name)
    return isShown
  })
  const endpoint = form.value('endpoint', saved.endpoint)
  return [...(endpoint === '' ? [] : [API_KEY]), ...own.map((row) => fieldOfRow(row) as unknown as SettingField)]
}
