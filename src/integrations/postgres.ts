import { EVENT_TYPES } from '../event/index.ts'
import { discards } from './discards.ts'
import type { Integration } from './integration.ts'

/** PostgreSQL, by its own protocol. Settings are called as Segment's Public API calls them. */
export const postgres: Integration = {
  id: 'postgres',
  slug: 'postgres',
  name: 'Postgres',
  title: 'PostgreSQL',
  kind: 'warehouse',
  warehouse: { connector: 'postgres', settings: [], help: [] },
  categories: ['Warehouses', 'Raw Data'],
  description:
    'Loads every event of your sources as rows into a PostgreSQL database, in the tables that Segment makes.',
  status: 'PUBLIC',
  supports: EVENT_TYPES,
  rate: null,
  timeoutMs: 60_000,
  fields: [
    {
      name: 'host',
      unless: 'hyperdrive',
      label: 'Host',
      type: 'string',
      format: 'host',
      required: true,
      description: 'Name or address of the server, without a port: db.example.com.',
    },
    {
      name: 'port',
      unless: 'hyperdrive',
      label: 'Port',
      type: 'number',
      required: true,
      default: 5432,
      description: '5432 unless your provider says otherwise.',
    },
    {
      name: 'database',
      unless: 'hyperdrive',
      label: 'Database',
      type: 'string',
      required: true,
      description: 'It must be there. Each source gets a schema of its own in it.',
    },
    {
      name: 'username',
      unless: 'hyperdrive',
      label: 'User',
      type: 'string',
      required: true,
      description: 'A user of its own, with CONNECT, CREATE and TEMPORARY on the database.',
    },
    {
      name: 'password',
      unless: 'hyperdrive',
      label: 'Password',
      type: 'secret',
      required: true,
      description: 'Of that user.',
    },
    {
      name: 'ssl',
      unless: 'hyperdrive',
      label: 'TLS',
      type: 'select',
      choices: ['require', 'disable'],
      required: true,
      default: 'require',
      description: 'require: the certificate must be signed by a public authority. disable: for loopback alone.',
    },
    {
      name: 'hyperdrive',
      label: 'Hyperdrive',
      type: 'string',
      format: 'hyperdrive',
      required: false,
      description:
        'By its binding, where this deployment has one. It knows host, port, database, user, password and TLS: those above are left away then.',
    },
    discards,
  ],
}
