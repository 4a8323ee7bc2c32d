import type { OpenApi, OpenApiOperation, OpenApiParameter } from '../open-api.ts'

/** A call of the operation to copy, with the address that the reader has this deployment under. */
export function curlOf(origin: string, method: string, path: string, operation: OpenApiOperation): string {
  const { parameters = [], requestBody, security } = operation
  const inPath = parameters.filter((one): one is OpenApiParameter => 'name' in one && one.in === 'path')
  const address = inPath.reduce(
    (url, { name, example }) => url.replace(`{${name}}`, typeof example === 'string' ? example : name),
    path,
  )
  const body = requestBody?.content['application/json']?.example
  const [scheme] = Object.keys(security[0] ?? {})
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(origin + address)}`,
    ...(scheme === 'token' ? [`-H ${quoted('Authorization: Bearer <token>')}`] : []),
    ...(scheme === 'writeKey' && method !== 'GET' ? [`-u ${quoted('<write key>:')}`] : []),
    ...(body === undefined
      ? []
      : [`-H ${quoted('Content-Type: application/json')}`, `-d ${quoted(JSON.stringify(body, null, 2))}`]),
  ].join(' \\\n  ')
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Each operation with its method in capitals, in the order of the document. */
export function operationsOf({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}
