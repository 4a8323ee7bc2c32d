import { EVENT_TYPES } from '../event/index.ts'
import type { BiHalf } from './bi.ts'
import type { Integration } from './integration.ts'
import type { ConnectorName } from './presets.ts'

const SQL: ConnectorName[] = ['postgres', 'redshift']

/** Tools that read warehouses, each with how it is connected to one. */
export const BI_TOOLS: readonly Integration[] = [
  tool('metabase', 'Metabase', 'Questions and dashboards for everybody, without SQL or with it.', {
    connectors: SQL,
    steps: [
      'Open the gear at the top right, Admin settings, Databases, and press Add database.',
      'As the type choose PostgreSQL, or Amazon Redshift for one.',
      'Host {host}, port {port}, database name {database}, username {user}, and the password that you gave that user.',
      'Under Schemas choose “Only these…” and type {schema}. Switch on “Use a secure connection (SSL)”.',
      'Press Save. Metabase reads the names of tables and columns; “identifies”, “pages” and a table an event appear within minutes.',
    ],
  }),
  tool('looker', 'Looker', 'Models of your data in LookML, with dashboards that all count alike.', {
    connectors: SQL,
    steps: [
      'Open Admin, Connections under Database, and press Add Connection.',
      'As the dialect choose PostgreSQL 9.5+, or Amazon Redshift.',
      'Host {host} and port {port}, database {database}, username {user}, its password, and as the schema {schema}. Leave SSL and “Verify SSL” on.',
      'Leave persistent derived tables off: they need a user who writes.',
      'Press Test, then Connect. Under Develop make a new LookML project with “Generate Model from Database Schema” from this connection.',
    ],
  }),
  tool('tableau', 'Tableau', 'Pictures of your data, put together by hand.', {
    connectors: SQL,
    steps: [
      'In Tableau Desktop open Connect, To a Server, and choose PostgreSQL, or Amazon Redshift. Tableau asks for a driver when it has none yet.',
      'Server {host}, port {port}, database {database}, authentication “Username and Password”, username {user}, and its password.',
      'Tick “Require SSL” and press Sign In.',
      'As the schema choose {schema} and drag tables onto the canvas. They are joined by user_id, or by anonymous_id.',
    ],
  }),
  tool('mode', 'Mode', 'SQL, notebooks and reports in one place.', {
    connectors: SQL,
    steps: [
      'Open the menu at your name, Workspace Settings, Connections, and press Connect a database.',
      'Choose PostgreSQL, or Amazon Redshift, and how Mode reaches it. Where your database has a firewall, let in the addresses that Mode shows there.',
      'Host {host}, port {port}, database {database}, username {user}, and its password; leave “Use SSL” on.',
      'Press Connect. In the editor the tables are below {schema}.',
    ],
  }),
  tool('power-bi', 'Power BI', 'Reports and models in Microsoft’s tools.', {
    connectors: SQL,
    steps: [
      'In Power BI Desktop press Get data, More, and choose PostgreSQL database, or Amazon Redshift.',
      'Server {host}:{port} and database {database}. Import copies the rows; DirectQuery asks your warehouse with every click.',
      'When it asks for credentials, open the tab Database: user name {user}, and its password.',
      'In the Navigator tick the tables that begin with {schema}, and press Load, or Transform Data to leave columns out.',
      'A report that is published is refreshed by a schedule: give it the same credentials in the settings of its semantic model.',
    ],
  }),
  tool('superset', 'Superset', 'Charts, dashboards and an SQL editor; open source, and hosted as Preset.', {
    connectors: SQL,
    steps: [
      'Open Settings, Database Connections, and press + Database. In Preset that is inside the workspace.',
      'Choose PostgreSQL, or Amazon Redshift.',
      'Host {host}, port {port}, database name {database}, username {user}, and its password. Switch on SSL, and press Connect.',
      'Open Datasets, press + Dataset, choose this database, the schema {schema} and a table: charts are made of datasets.',
    ],
  }),
  tool('grafana', 'Grafana', 'Boards of what happens now, and alerts about it.', {
    connectors: ['postgres'],
    steps: [
      'Open Connections, Add new connection, look for PostgreSQL, and press Add new data source.',
      'Host URL {host}:{port}, database name {database}, username {user}, and its password.',
      'As TLS/SSL mode choose verify-full, and press Save & test.',
      'In a panel give the schema with the table, as in {schema}.tracks, and use received_at as the time column: $__timeFilter(received_at).',
    ],
  }),
  tool('hex', 'Hex', 'Notebooks of SQL and Python that become apps.', {
    connectors: SQL,
    steps: [
      'Open Settings, Data sources, and press + Connection. Choose PostgreSQL, or Redshift.',
      'Host {host}, port {port}, database {database}, type “Password”, username {user}, and its password.',
      'Where your database has a firewall, let in the addresses that Hex shows there. Press Create connection.',
      'In a project, Data sources lists the tables below {schema}; an SQL cell reads them.',
    ],
  }),
]

function tool(slug: string, name: string, description: string, bi: BiHalf): Integration {
  return {
    id: slug,
    slug,
    name,
    kind: 'bi',
    categories: ['BI tools'],
    description,
    status: 'PUBLIC',
    supports: EVENT_TYPES,
    rate: null,
    timeoutMs: 0,
    fields: [],
    bi,
  }
}
