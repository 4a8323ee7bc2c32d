import { WarehouseError } from '../connector.ts'

/** What a person fills in for a Redshift, secrets opened. Serverless has a `workgroup`, a provisioned one a `cluster`. */
export interface RedshiftSettings {
  /** Of the warehouse, as `eu-west-1`. */
  region: string
  database: string
  workgroup?: string
  cluster?: string
  /** Of a cluster: the database user; absent, and without a secret: the one that belongs to the access key. */
  dbUser?: string
  /** ARN of a secret in Secrets Manager with user name and password. */
  secretArn?: string
  bucket: string
  /** Absent: the warehouse's own. */
  bucketRegion?: string
  /** Of the keys in the bucket, without slashes at its ends. */
  prefix?: string
  /** ARN of the role by which Redshift reads the bucket, or `default`. */
  iamRole: string
  accessKeyId: string
  secretAccessKey: string
}

const REGION = /^[a-z]{2,3}(?:-[a-z]+){1,3}-\d{1,2}$/

/** What each may look like. None may hold what means something in SQL, in a URL's host or in a path. */
const FORMATS: readonly [keyof RedshiftSettings, RegExp, string][] = [
  ['region', REGION, 'is a region of AWS, as eu-west-1'],
  ['database', /^[\p{L}\p{N}_$ .@+-]{1,127}$/u, 'is the name of a database'],
  ['workgroup', /^[a-z0-9-]{3,64}$/, 'is the name of a serverless workgroup: small letters, digits and hyphens'],
  ['cluster', /^[a-z][a-z0-9-]{0,62}$/, 'is the identifier of a cluster: small letters, digits and hyphens'],
  ['dbUser', /^[\w.@:+-]{1,128}$/, 'is the name of a database user'],
  ['secretArn', /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}$/, 'is the ARN of a secret'],
  [
    'bucket',
    /^[a-z0-9](?:[a-z0-9-]|\.(?![.-])){1,61}[a-z0-9]$/,
    'is the name of a bucket: 3 to 63 small letters, digits, hyphens and single dots',
  ],
  ['bucketRegion', REGION, 'is a region of AWS, as eu-west-1'],
  [
    'prefix',
    /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.=-]{1,63}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.=-]{1,63}){0,1}$/,
    'is one folder or two of letters, digits and _ . = -, without a slash at the ends',
  ],
  [
    'iamRole',
    /^(?:default|arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512})$/,
    'is the ARN of a role, as arn:aws:iam::123456789012:role/redshift-reads, or the word default',
  ],
  ['accessKeyId', /^[A-Z0-9]{16,128}$/, 'is an access key id, as AKIA…'],
  ['secretAccessKey', /^[\x21-\x7e]{16,256}$/, 'is the secret access key that belongs to the id'],
]

/** The first setting that cannot be right, in words; `null`: all can. */
export function settingsProblem(settings: RedshiftSettings): string | null {
  if ((settings.workgroup === undefined) === (settings.cluster === undefined)) {
    return 'Give either a workgroup (serverless) or a cluster (provisioned).'
  }
  if (settings.workgroup !== undefined && settings.dbUser !== undefined) {
    return 'A database user is for a cluster: a workgroup takes that of the access key, or a secret.'
  }
  for (const [field, format, words] of FORMATS) {
    const value = settings[field]
    if (value !== undefined && !format.test(value)) return `“${field}” ${words}.`
  }
  return null
}

/** The settings, or a `WarehouseError` that says which cannot be right. */
export function checkedSettings(settings: RedshiftSettings): RedshiftSettings {
  const problem = settingsProblem(settings)
  if (problem) throw new WarehouseError('settings', problem, false)
  return settings
}

export function bucketRegionOf({ bucketRegion, region }: RedshiftSettings): string {
  return bucketRegion ?? region
}

/** China's regions have a domain of their own. */
function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

/** Where the Data API listens. */
export function dataApiUrl({ region }: RedshiftSettings): string {
  return `https://redshift-data.${region}.${domainOf(region)}/`
}

/** The bucket's address. Its name is the host, except where dots in it would not fit S3's certificate. */
export function bucketUrl(settings: RedshiftSettings): string {
  const region = bucketRegionOf(settings)
  const host = `s3.${region}.${domainOf(region)}`
  return settings.bucket.includes('.') ? `https://${host}/${settings.bucket}/` : `https://${settings.bucket}.${host}/`
}

/** The folder of the bucket that files of loads lie in, and nothing else. */
export function stageFolder({ prefix }: RedshiftSettings): string {
  return `${prefix === undefined ? '' : `${prefix}/`}sluice-stage/`
}
