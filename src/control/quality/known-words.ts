/** Words that errors are told in everywhere: what a sample may keep of a receiver's answer. */
export const KNOWN_WORDS: ReadonlySet<string> = new Set(
  `a above access account address after again all allowed already an and any api apikey are argument array as at attempt auth
  authentication authorization available back backend bad batch be because been before being below body boolean busy but by call
  call calls cannot certificate character characters client closed conflict connect connection contact contain contains content
  could count credentials credit data database date deadlock delete deleted denied deprecated did different disabled does down
  duplicate during each either email empty enabled encoding end endpoint error errors event events exceed exceeded exceeds exist
  existing exists expected expired failed failure field fields find first for forbidden format found from full future gateway get
  greater group has have header headers id identifier identify identity if in incorrect integer internal invalid is isn it item
  items its json just key keys large last later least length less limit limited list load long longer lookup maintenance malformed
  many match maximum may message method minimum missing moment more must name need needed network never no non not nothing null
  number object occurred of off on once one only operation or order orders out over overloaded own page parameter parameters parse
  password past path payload payment period permission permissions please plan policy post problem process processed processing
  product profile property properties provided quota range rate reached read reason received record refused reject rejected
  request requests require required requires reset resource response retry same schema screen second seconds secret see send
  sent server service should size slow small something source state status stop stored string support supported syntax system t
  table temporarily than that the their then there these this throttled time timed timeout timestamp to token tokens too track
  traits try type types unable unauthorized unavailable unexpected unique unknown unprocessable unreachable unreadable unsupported
  until updated upstream url use used user users valid validation value values version was were when which while will with within
  without write wrong yet you your zero`.split(/\s+/),
)

/** Names of headers that say nothing of who sends or receives. */
export const KNOWN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'age',
  'allow',
  'alt-svc',
  'authorization',
  'cache-control',
  'cf-cache-status',
  'cf-ray',
  'connection',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'date',
  'etag',
  'expires',
  'idempotency-key',
  'keep-alive',
  'last-modified',
  'location',
  'pragma',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'referrer-policy',
  'retry-after',
  'server',
  'set-cookie',
  'strict-transport-security',
  'transfer-encoding',
  'user-agent',
  'vary',
  'via',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
  'x-powered-by',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
  'x-segment-settings',
  'x-signature',
])
