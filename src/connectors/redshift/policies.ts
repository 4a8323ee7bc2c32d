import { bucketRegionOf, type RedshiftSettings, stageFolder } from './settings.ts'

/** AWS's name for the world that a region lies in, as ARNs have it. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

function policy(statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
}

function filesArn(settings: RedshiftSettings): { bucket: string; files: string } {
  const bucket = `arn:${partitionOf(bucketRegionOf(settings))}:s3:::${settings.bucket}`
  return { bucket, files: `${bucket}/${stageFolder(settings)}*` }
}

/** For the user of the access key: the Data API, a way to be let in, the files of loads. */
export function identityPolicy(settings: RedshiftSettings): string {
  const { bucket, files } = filesArn(settings)
  return policy([
    {
      Effect: 'Allow',
      Action: ['redshift-data:ExecuteStatement', 'redshift-data:BatchExecuteStatement'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult', 'redshift-data:CancelStatement'],
      Resource: '*',
      // Its own statements only.
      Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
    },
    letIn(settings),
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: files },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucket,
      Condition: { StringLike: { 's3:prefix': `${stageFolder(settings)}*` } },
    },
  ])
}

function letIn({ workgroup, dbUser, secretArn }: RedshiftSettings): object {
  if (secretArn !== undefined) return { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretArn }
  if (workgroup !== undefined) return { Effect: 'Allow', Action: 'redshift-serverless:GetCredentials', Resource: '*' }
  const action = dbUser === undefined ? 'redshift:GetClusterCredentialsWithIAM' : 'redshift:GetClusterCredentials'
  return { Effect: 'Allow', Action: action, Resource: '*' }
}

/** For the role by which Redshift reads the bucket. */
export function rolePolicy(settings: RedshiftSettings): string {
  const { bucket, files } = filesArn(settings)
  return policy([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: files },
    { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucket },
  ])
}

/** Who may take that role. */
export function trustPolicy(): string {
  return policy([
    {
      Effect: 'Allow',
      Principal: { Service: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ])
}
