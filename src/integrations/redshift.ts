import { EVENT_TYPES } from '../event/index.ts'
import { discards } from './discards.ts'
import type { Integration } from './integration.ts'

/** Amazon Redshift, by its Data API and a bucket of the customer's. */
export const redshift: Integration = {
  id: 'redshift',
  slug: 'redshift',
  name: 'Redshift',
  title: 'Amazon Redshift',
  kind: 'warehouse',
  warehouse: { connector: 'redshift', settings: [], help: [] },
  categories: ['Warehouses', 'Raw Data'],
  description:
    'Loads every event of your sources as rows into Amazon Redshift, serverless or provisioned, in the tables that Segment makes. Not yet run against the service.',
  status: 'PUBLIC_BETA',
  supports: EVENT_TYPES,
  rate: null,
  timeoutMs: 60_000,
  fields: [
    {
      name: 'region',
      label: 'Region',
      type: 'string',
      required: true,
      description: 'Of the warehouse, as eu-west-1.',
    },
    {
      name: 'database',
      label: 'Database',
      type: 'string',
      required: true,
      description: 'It must be there. Each source gets a schema of its own in it.',
    },
    {
      name: 'workgroup',
      label: 'Workgroup',
      type: 'string',
      required: false,
      description: 'Of Redshift Serverless. A provisioned Redshift has a cluster instead.',
    },
    {
      name: 'cluster',
      label: 'Cluster',
      type: 'string',
      required: false,
      description: 'The identifier of a provisioned cluster.',
    },
    {
      name: 'dbUser',
      label: 'Database user',
      type: 'string',
      required: false,
      description: 'Of a cluster. Without it the one that belongs to the access key is taken: IAM:name.',
    },
    {
      name: 'secretArn',
      label: 'Secret',
      type: 'string',
      required: false,
      description: 'ARN of a secret in Secrets Manager with user name and password, where you would rather give these.',
    },
    {
      name: 'bucket',
      label: 'Bucket',
      type: 'string',
      required: true,
      description: 'Of S3. Rows go through it, and are removed after each load.',
    },
    {
      name: 'bucketRegion',
      label: 'Region of the bucket',
      type: 'string',
      required: false,
      description: 'Only where it is another one.',
    },
    {
      name: 'prefix',
      label: 'Folder',
      type: 'string',
      required: false,
      description: 'Of the bucket, where files are put: one folder or two.',
    },
    {
      name: 'iamRole',
      label: 'Role',
      type: 'string',
      required: true,
      description: 'ARN of the role by which Redshift reads the bucket, or the word default.',
    },
    {
      name: 'accessKeyId',
      label: 'Access key id',
      type: 'string',
      required: true,
      description:
        'Of a user of IAM that may use the Data API and write to the bucket; the test of the connection shows its policy.',
    },
    {
      name: 'secretAccessKey',
      label: 'Secret access key',
      type: 'secret',
      required: true,
      description: 'That belongs to it.',
    },
    discards,
  ],
}
