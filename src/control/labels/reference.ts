import * as v from 'valibot'
import { named, type OperationGroup, success, text } from '../operation.ts'
import { labelsOfSource, newLabel } from './input.ts'

const labels = v.object({ labels: v.array(named('Label')) })
const example = { labels: [{ key: 'environment', value: 'production' }] }

const LABELS: OperationGroup = {
  name: 'Labels',
  about: 'Words that say what a source is for. Owners make them, whoever may change a source gives it some.',
  params: {
    key: text('environment', 'Key of the label.'),
    value: text('production', 'Value of the label.'),
    id: text('src_4fJk2mQ8', 'Id of the source.'),
  },
  schemas: {
    Label: v.object({ key: text('environment'), value: text('production'), description: text('What customers use.') }),
  },
  operations: {
    'GET /api/labels': {
      id: 'listLabels',
      summary: 'Lists all of the workspace, by key and value.',
      answer: { schema: labels },
    },
    'POST /api/labels': {
      id: 'createLabel',
      summary: 'Makes one.',
      body: {
        schema: newLabel,
        example: { label: { key: 'environment', value: 'production', description: 'What customers use.' } },
        fields: { label: 'Key, value and what it means.' },
      },
      answer: { status: 201, schema: v.object({ label: named('Label') }) },
      refusals: { 409: 'There is such a label, or the workspace has as many as it may.' },
    },
    'DELETE /api/labels/:key/:value': {
      id: 'deleteLabel',
      summary: 'Deletes one, also from the sources that have it.',
      answer: { schema: success },
    },
    'POST /api/sources/:id/labels': {
      id: 'addLabelsToSource',
      summary: 'Gives a source labels beside those that it has.',
      body: { schema: labelsOfSource, example, fields: { labels: 'Labels that the workspace has.' } },
      answer: { schema: labels },
      refusals: { 409: 'The source would have more than twenty.' },
    },
    'PUT /api/sources/:id/labels': {
      id: 'replaceLabelsInSource',
      summary: 'Gives a source these labels and no others.',
      body: {
        schema: labelsOfSource,
        example,
        fields: { labels: 'Labels that the workspace has; none: an empty list.' },
      },
      answer: { schema: labels },
    },
  },
}

export const GROUPS = [LABELS]
