import { EVENT_TYPES } from '../event/index.ts'
import { discards } from './discards.ts'
import type { Integration } from './integration.ts'

/** A lake: tables of Apache Iceberg, committed through a REST catalogue. */
export const iceberg: Integration = {
  id: 'iceberg',
  slug: 'iceberg',
  name: 'Iceberg',
  title: 'Apache Iceberg',
  kind: 'warehouse',
  warehouse: { connector: 'iceberg', settings: [], help: [] },
  categories: ['Warehouses', 'Raw Data'],
  description:
    'Loads every event of your sources as rows into Iceberg tables of a bucket, such as one of R2 with its data catalogue. Not yet run against a real catalogue.',
  status: 'PUBLIC',
  supports: EVENT_TYPES,
  rate: null,
  timeoutMs: 60_000,
  fields: [
    {
      name: 'uri',
      label: 'Catalogue URI',
      type: 'string',
      format: 'url',
      required: true,
      description: 'Of the Iceberg REST catalogue. R2: https://catalog.cloudflarestorage.com/<account>/<bucket>.',
    },
    {
      name: 'warehouse',
      label: 'Warehouse name',
      type: 'string',
      required: true,
      description: 'As the catalogue calls it. R2: <account>_<bucket>.',
    },
    {
      name: 'token',
      label: 'API token',
      type: 'secret',
      required: true,
      description: 'May read and write the catalogue and its storage.',
    },
    {
      name: 'accessKeyId',
      label: 'Access key',
      type: 'string',
      required: false,
      description: 'Only for a catalogue that hands out no keys to its storage.',
    },
    { name: 'secretAccessKey', label: 'Secret key', type: 'secret', required: false, description: 'Of that key.' },
    {
      name: 'endpoint',
      label: 'S3 endpoint',
      type: 'string',
      format: 'url',
      required: false,
      description: 'Of the storage, where the catalogue does not say it.',
    },
    { name: 'region', label: 'Region', type: 'string', required: false, description: 'Of the storage. R2: auto.' },
    discards,
  ],
}
