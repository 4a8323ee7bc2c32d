import type { AllowLocal } from '../../integrations/index.ts'

/** What a person fills in for a lake. */
export interface IcebergSettings {
  /** Of the Iceberg REST catalogue, without `/v1`. */
  uri: string
  /** As the catalogue calls it. */
  warehouse: string
  /** Bearer token. */
  token: string
  /** For a catalogue that hands out no keys of its storage. */
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
  /** Of the S3 API: `https://….r2.cloudflarestorage.com`; absent: AWS's own. */
  endpoint?: string | undefined
  region?: string | undefined
}

/** The same where it is used: whether addresses may be on loopback, as in the local run. */
export type GuardedSettings = IcebergSettings & { allowLocal: AllowLocal }
