/** The user that tools and people read a warehouse with. */
export const READER = 'bi_reader'

/**
 * SQL for a user that selects from all tables of these schemas, also from those that are made later, and does nothing else.
 * `admin` is for who may make users, `owner` for the user that the warehouse is loaded by: what it makes later is readable
 * only where it says so itself. PostgreSQL 12 and newer, Redshift.
 */
export function readerSql(
  connector: 'postgres' | 'redshift',
  database: string | undefined,
  schemas: readonly string[],
): { admin: string; owner: string } {
  const password = "'choose a long password'"
  const all = schemas.map(quoted).join(', ')
  const admin =
    connector === 'redshift'
      ? [`create user ${READER} password 'Choose-a-long-passw0rd';`]
      : [
          `create role ${READER} login password ${password};`,
          `grant connect on database ${quoted(database ?? 'your database')} to ${READER};`,
        ]
  const owner = [
    `grant usage on schema ${all} to ${READER};`,
    `grant select on all tables in schema ${all} to ${READER};`,
    `alter default privileges in schema ${all} grant select on tables to ${READER};`,
  ]
  return { admin: admin.join('\n'), owner: owner.join('\n') }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
