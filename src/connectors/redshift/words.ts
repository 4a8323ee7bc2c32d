import { WarehouseError } from '../connector.ts'
import { identityPolicy, rolePolicy, trustPolicy } from './policies.ts'
import { bucketRegionOf, type RedshiftSettings } from './settings.ts'

/** What mends it: statements for an administrator, or an IAM policy. */
interface Mends {
  sql?: string
  policy?: string
}

/** A `WarehouseError` that may be mended by a policy of IAM. */
export class RedshiftError extends WarehouseError {
  readonly policy: string | undefined

  constructor(code: string, words: string, retry: boolean, { sql, policy }: Mends = {}) {
    super(code, words, retry, { sql })
    this.policy = policy
  }
}

/** An answer of the Data API that is no success. */
export function apiError(
  status: number,
  body: Record<string, unknown> | undefined,
  operation: string,
  settings: RedshiftSettings,
): RedshiftError {
  const word = (value: unknown) => (typeof value === 'string' ? value : '')
  const type = /[A-Za-z]+$/.exec(word(body?.__type))?.[0] ?? ''
  const said = word(body?.message ?? body?.Message)
  const keys = keyError(type, said)
  if (keys) return keys
  if (type === 'AccessDeniedException') {
    return new RedshiftError(
      'denied',
      `The access key may not do ${operation}. Attach the policy below to its user. AWS says: ${said}`,
      false,
      { policy: identityPolicy(settings) },
    )
  }
  if (
    type === 'ResourceNotFoundException' &&
    operation !== 'ExecuteStatement' &&
    operation !== 'BatchExecuteStatement'
  ) {
    return new RedshiftError('lost', `The Data API no longer knows the statement. It says: ${said}`, true)
  }
  if (/doesn't exist|does not exist|not found|couldn't be found/i.test(said)) {
    const what =
      settings.workgroup === undefined ? `cluster “${settings.cluster}”` : `workgroup “${settings.workgroup}”`
    return new RedshiftError('host', `There is no ${what} in ${settings.region}. AWS says: ${said}`, false)
  }
  if (/paused|resuming|not available|unavailable/i.test(said)) {
    return new RedshiftError('asleep', `Redshift is paused or starting. AWS says: ${said}`, true)
  }
  if (type === 'ActiveStatementsExceededException' || type === 'ActiveSessionsExceededException') {
    return new RedshiftError('busy', 'As many statements as the Data API allows are running at this Redshift.', true)
  }
  if (type === 'ValidationException') {
    return new RedshiftError('refused', `The Data API refused ${operation}. It says: ${said}`, false)
  }
  const words = `The Data API answered ${operation} with ${status}${said === '' ? '' : `: ${said}`}.`
  return new RedshiftError('api', words, status >= 500 || status === 429 || /Throttl/.test(type))
}

/** What is wrong with the access key itself, said by every service of AWS in its own code. */
function keyError(code: string, said: string): RedshiftError | undefined {
  if (/UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId/.test(code)) {
    return new RedshiftError(
      'access_key',
      'AWS does not know the access key id: it is wrong, deleted or not active.',
      false,
    )
  }
  if (/RequestTimeTooSkewed/.test(code) || /signature (?:not yet current|expired)/i.test(said)) {
    return new RedshiftError('clock', `AWS takes the time of the request for wrong: ${said}`, true)
  }
  if (/InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature/.test(code)) {
    return new RedshiftError(
      'secret_key',
      'The secret access key is not the one that belongs to the access key id.',
      false,
    )
  }
  if (/ExpiredToken/.test(code)) {
    return new RedshiftError('access_key', 'The access key has expired: use one of a user, not of a session.', false)
  }
  return undefined
}

/** An answer of S3 that is no success. `what` we did: `write a file to`, … */
export function bucketError(
  status: number,
  headers: Headers,
  body: string,
  what: string,
  settings: RedshiftSettings,
): RedshiftError {
  const element = (name: string) => new RegExp(`<${name}>([^<]{0,500})</${name}>`).exec(body)?.[1] ?? ''
  const code = element('Code')
  const said = element('Message')
  const { bucket } = settings
  const region = headers.get('x-amz-bucket-region') ?? element('Region')
  const keys = keyError(code, said)
  if (keys) return keys
  if (region !== '' && region !== bucketRegionOf(settings)) {
    return new RedshiftError(
      'bucket_region',
      `The bucket “${bucket}” is in ${region}, not in ${bucketRegionOf(settings)}: fill in its region.`,
      false,
    )
  }
  if (code === 'NoSuchBucket') return new RedshiftError('bucket', `There is no bucket “${bucket}”.`, false)
  if (code === 'AccessDenied' || status === 403) {
    return new RedshiftError(
      'bucket_denied',
      `The access key may not ${what} the bucket “${bucket}”. Attach the policy below to its user; if the bucket has a policy of its own, it must not deny this.`,
      false,
      { policy: identityPolicy(settings) },
    )
  }
  const words = `S3 answered ${status}${code === '' ? '' : ` ${code}`}, asked to ${what} the bucket “${bucket}”. ${said}`
  return new RedshiftError('bucket', words.trim(), status >= 500 || status === 429)
}

/** What to look for in the text of a statement's error, the first that fits. */
const STATEMENT_ERRORS: readonly [
  RegExp,
  (said: string, settings: RedshiftSettings) => [code: string, words: string, retry: boolean, mends?: Mends],
][] = [
  [
    /\b1023\b|serializable isolation|could not serialize|conflict(?:s|ed)? with (?:a )?(?:pending|concurrent)|deadlock detected/i,
    () => ['conflict', 'Others changed the same tables at the same time, again and again.', true],
  ],
  [
    /not authorized to (?:assume|get credentials of)|cannot assume|is not associated|no default iam role/i,
    (said, settings) => [
      'role',
      `Redshift may not take the role ${settings.iamRole}. Associate it with the ${settings.workgroup === undefined ? 'cluster' : 'namespace of the workgroup'} and give it the trust policy below. Redshift says: ${said}`,
      false,
      { policy: trustPolicy() },
    ],
  ],
  [
    /different (?:aws )?region|must be addressed using the specified endpoint|PermanentRedirect|AuthorizationHeaderMalformed/i,
    (said, settings) => [
      'bucket_region',
      `Redshift did not find the bucket “${settings.bucket}” in ${bucketRegionOf(settings)}: fill in its region. Redshift says: ${said}`,
      false,
    ],
  ],
  [
    /S3ServiceException.*(?:403|AccessDenied|Access Denied)|Access Denied/is,
    (said, settings) => [
      'role_denied',
      `The role ${settings.iamRole} may not read the bucket “${settings.bucket}”. Attach the policy below to the role. Redshift says: ${said}`,
      false,
      { policy: rolePolicy(settings) },
    ],
  ],
  [
    /S3ServiceException|specified key does not exist|prefix .* does not exist|NoSuchKey/i,
    (said) => ['files', `Redshift could not read the files of this load. It says: ${said}`, true],
  ],
  [
    /permission denied for language/i,
    (said) => [
      'language',
      `The database user may not use the language of procedures. Redshift says: ${said}`,
      false,
      { sql: 'grant usage on language plpgsql to public;' },
    ],
  ],
  [
    /permission denied for database/i,
    (said, settings) => [
      'create',
      `The database user may not create schemas. Redshift says: ${said}`,
      false,
      { sql: `grant create on database "${settings.database}" to "${databaseUser(settings)}";` },
    ],
  ],
  [
    /permission denied|must be owner/i,
    (said, settings) => [
      'permission',
      `The database user lacks a right. Schemas and tables that others made have to be its own. Redshift says: ${said}`,
      false,
      { sql: `alter schema "<schema>" owner to "${databaseUser(settings)}";` },
    ],
  ],
  [
    /database ".*" does not exist/i,
    (_, { database }) => ['database', `There is no database “${database}”. Mind that names have small letters.`, false],
  ],
  [
    /password authentication failed|user ".*" does not exist|role ".*" does not exist/i,
    (said) => ['user', `Redshift does not let the database user in. It says: ${said}`, false],
  ],
  [/disk full|out of disk space/i, (said) => ['disk_full', `Redshift has no disk space left. It says: ${said}`, false]],
  [
    /maximum number of tables|table limit|exceeded .*\btables\b/i,
    (said) => ['too_many_tables', `Redshift takes no more tables. It says: ${said}`, false],
  ],
  [
    /cancel(?:l)?ed|aborted|timeout|timed out|connection|resum|paused|restart|shut|not available|internal error|out of memory/i,
    (said) => ['stopped', `Redshift stopped what it was asked to do. It says: ${said}`, true],
  ],
]

/** A statement that failed, by what Redshift says of it. */
export function statementError(said: string, settings: RedshiftSettings): RedshiftError {
  const short = said.slice(0, 500)
  for (const [pattern, words] of STATEMENT_ERRORS) {
    if (pattern.test(said)) return new RedshiftError(...words(short, settings))
  }
  // A person has to read it; that it goes by itself is possible all the same.
  return new RedshiftError('statement', `Redshift refused a statement. It says: ${short}`, true)
}

/** As the administrator knows it. Of an IAM identity it is told by Redshift, as `IAM:name`. */
function databaseUser({ dbUser }: RedshiftSettings): string {
  return dbUser ?? '<user>'
}

/** Somebody else wrote at the same time: the same transaction once more will do. */
export function isConflict(said: string): boolean {
  return STATEMENT_ERRORS[0]?.[0].test(said) === true
}

/** What was asked for is not there. */
export function isNotThere(said: string): boolean {
  return /(?:relation|schema|table) .*does not exist/i.test(said)
}
