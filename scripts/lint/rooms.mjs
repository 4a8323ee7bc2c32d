import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The rooms of src/, and whom each may import: the picture in ARCHITECTURE.md. `control/*` stands for every feature of the
 * control panel and the Public API, `control/*` + `/pages` for what of it is JSX; so a new feature is in the picture already.
 */
export const ROOMS = {
  event: [],
  archive: [],
  integrations: ['event'],
  settings: ['event', 'integrations'],
  match: ['event', 'settings'],
  overview: ['event', 'settings'],
  lane: ['event', 'archive', 'settings', 'match', 'overview'],
  intake: ['event', 'archive', 'settings', 'overview', 'lane'],
  tables: ['event'],
  connectors: ['integrations', 'tables'],
  collections: ['event', 'archive', 'settings', 'intake', 'tables'],
  shop: ['event'],
  pull: ['event', 'archive', 'integrations', 'settings', 'intake', 'tables', 'collections'],
  warehouse: ['event', 'archive', 'settings', 'lane', 'intake', 'tables', 'connectors'],
  statistics: ['event', 'archive', 'settings', 'overview', 'lane', 'intake'],
  replay: ['event', 'archive', 'settings', 'match', 'lane', 'intake'],
  deliver: ['event', 'archive', 'integrations', 'settings', 'match', 'overview', 'lane'],
  certify: ['event', 'integrations', 'deliver'],
  route: ['event', 'archive', 'settings', 'match', 'overview', 'lane', 'intake'],
  inbox: ['archive', 'intake', 'route'],
  ingest: ['event', 'archive', 'settings', 'intake', 'route', 'inbox', 'collections'],
  device: ['integrations', 'settings', 'ingest'],
  accounts: ['settings'],
  ui: ['event', 'settings', 'ingest', 'accounts'],
  control: [
    'event',
    'integrations',
    'settings',
    'lane',
    'intake',
    'overview',
    'statistics',
    'replay',
    'tables',
    'connectors',
    'warehouse',
    'pull',
    'shop',
    'certify',
    'inbox',
    'ingest',
    'accounts',
    'ui',
  ],
  'control/*': [
    'event',
    'archive',
    'integrations',
    'settings',
    'match',
    'lane',
    'intake',
    'overview',
    'statistics',
    'replay',
    'tables',
    'connectors',
    'warehouse',
    'pull',
    'shop',
    'deliver',
    'certify',
    'route',
    'inbox',
    'ingest',
    'accounts',
    'ui',
    'control',
    'control/*',
  ],
  'control/*/pages': [
    'event',
    'integrations',
    'settings',
    'lane',
    'intake',
    'overview',
    'statistics',
    'replay',
    'tables',
    'connectors',
    'warehouse',
    'pull',
    'shop',
    'deliver',
    'inbox',
    'accounts',
    'ui',
    'control',
    'control/*',
    'control/*/pages',
  ],
}

/** Rooms without a door: shelves of small things, each file taken by itself. */
const SHELVES = new Set(['ui', 'control'])

/** The only files directly in src/ that a room may import. */
const SHARED = ['src/context.ts', 'src/env.ts', 'src/refusal.ts', 'src/version.ts']

/** Plain data that `scripts/assets.mjs` writes: any room may import it. */
const GENERATED = /^generated\/[\w-]+\.json$/

/** The one file that reads package.json, so that the version stands nowhere else. */
const VERSION = 'src/version.ts'

const CONTEXT = 'src/context.ts'

// Taken from where this file is, not from the working directory: a run started in a subfolder would
// otherwise see no src/ at all and pass in silence.
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const projectPath = (file) => relative(ROOT, file).split(sep).join('/')

/** The room that holds a path: `lane`, `control/sources/pages`; undefined for a file directly in src/. */
function roomOf(path) {
  const [, name, feature, ...rest] = path.split('/')
  if (name === 'control' && feature !== undefined && !/\.[cm]?[jt]sx?$/.test(feature)) {
    return rest[0] === 'pages' ? `control/${feature}/pages` : `control/${feature}`
  }
  // `src/lane` is what the extensionless `../lane` resolves to.
  return feature !== undefined || Object.hasOwn(ROOMS, name) ? name : undefined
}

/** The row of the table that a room stands in. */
const rowOf = (room) => room.replace(/^control\/[^/]+/, 'control/*')

const unknownRoom = (room) => `src/${room}/ is not a known room: add it to the table in scripts/lint/rooms.mjs`

function resolveSpecifier(file, specifier) {
  if (specifier.startsWith('.')) return projectPath(resolve(ROOT, dirname(file), specifier))
  if (isAbsolute(specifier) || /^(?:#|file:)/.test(specifier)) return specifier
  return undefined
}

/** In a feature: what API and pages both stand on, so that neither can do what the other cannot. */
const BELOW_HTTP = /^src\/control\/[^/]+\/(?:[\w-]+\/)?(?:commands|queries|store|input)\.ts$/
const HONO = /^hono(?:\/|$)/
const OVER_HTTP = /\/api(?:\.ts)?$|\.tsx$/
const STORE = /^src\/control\/.+\/store(?:\.ts)?$/

/** What is wrong with one import for the part that a file plays in its feature, or undefined. */
function partFault(file, specifier, target) {
  if (BELOW_HTTP.test(file) && (HONO.test(specifier) || OVER_HTTP.test(target ?? ''))) {
    return `${file} knows neither requests nor pages: '${specifier}' is for api.ts and pages/`
  }
  const commands = `${dirname(target ?? '')}/commands.ts`
  if (STORE.test(target ?? '') && file !== commands) return `Only ${commands} writes by ${target}: call its commands`
  return undefined
}

/** What is wrong with one import, or undefined. */
function importFault(file, specifier, typeOnly) {
  const target = resolveSpecifier(file, specifier)
  const part = partFault(file, specifier, target)
  if (part !== undefined || target === undefined) return part
  if (GENERATED.test(target)) return undefined
  if (file === VERSION && target === 'package.json') return undefined
  if (target !== 'src' && !target.startsWith('src/')) {
    return `'${specifier}' leaves src/: import a package or a file in src/`
  }

  const from = roomOf(file)
  const to = roomOf(target)

  if (to === undefined) {
    return from === undefined || SHARED.includes(target)
      ? undefined
      : `A room may import only ${SHARED.join(', ')} of the files directly in src/, not ${target}`
  }
  const row = rowOf(to)
  if (!Object.hasOwn(ROOMS, row)) return unknownRoom(to)

  const door = `src/${to}/index.ts`
  if (from === to) {
    const isOwnDoor = target.replace(/(?:\/index)?(?:\.[cm]?[jt]sx?)?$/, '') === `src/${to}`
    return isOwnDoor
      ? `${door} is this room's own door: import the file that defines the thing, or the imports run in a circle`
      : undefined
  }
  // The pages of a feature are its own half, which it loads through their door alone.
  if (to === `${from}/pages`) {
    const record = `src/${from}/feature.ts`
    return target === door && file === record ? undefined : `Only ${record} loads ${door}`
  }
  if (from === `${to}/pages`) {
    return target === door ? `Import the file of the feature that defines the thing, not its door, ${door}` : undefined
  }
  if (from !== undefined && !ROOMS[rowOf(from)]?.includes(row)) {
    const may = ROOMS[rowOf(from)]?.join(', ') || 'nothing'
    return `'${from}' may not import '${to}', but ${may}: see the table in scripts/lint/rooms.mjs`
  }
  if (SHELVES.has(to)) {
    if (rowOf(from ?? '') === 'control/*' && target.endsWith('.tsx'))
      return `${target} is JSX: import it in ${from}/pages`
  } else if (target !== door && !(from === undefined && target === `src/${to}/feature.ts`))
    return `Enter the room '${to}' through its door, ${door}, not ${target}`
  if (SHARED.includes(file) && !typeOnly) {
    return `${file} is imported by every room, so it may take only types from one: use import type`
  }
  return undefined
}

/** The text of a string literal or of a template without substitutions, or undefined. */
function literal(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0].value.cooked
  }
  return undefined
}

const rooms = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep the rooms of src/ apart: one door each, imports as the table has them' },
  },
  create(context) {
    const file = projectPath(context.filename)
    if (!file.startsWith('src/')) return {}

    const room = roomOf(file)
    if (room !== undefined && !Object.hasOwn(ROOMS, rowOf(room))) {
      return { Program: (node) => context.report({ node, message: unknownRoom(room) }) }
    }

    const check = (source, typeOnly) => {
      const specifier = literal(source)
      if (specifier === undefined) return
      const message = importFault(file, specifier, typeOnly)
      if (message !== undefined) context.report({ node: source, message })
    }

    return {
      // `import { type X }` is not counted as type-only: with verbatimModuleSyntax it still loads the module.
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source, true),
      TSExternalModuleReference: (node) => check(node.expression, false),
    }
  },
}

const CLOCK = 'the clock'
const RANDOMNESS = 'randomness'
const TIMER = 'a timer'
const NETWORK = 'the network'

/** What is ambient, by the path that reaches it from the global scope. */
const GLOBALS = {
  fetch: NETWORK,
  setTimeout: TIMER,
  setInterval: TIMER,
  setImmediate: TIMER,
  scheduler: { wait: TIMER },
  AbortSignal: { timeout: TIMER },
  Date: { now: CLOCK },
  performance: { now: CLOCK },
  Math: { random: RANDOMNESS },
  crypto: { randomUUID: RANDOMNESS, getRandomValues: RANDOMNESS },
}
for (const name of ['globalThis', 'self', 'global']) GLOBALS[name] = GLOBALS

/** Modules that are a timer from end to end, whatever is taken from them. */
const TIMER_MODULES = new Set(['timers', 'timers/promises'])

const NODE_CRYPTO = {
  randomUUID: RANDOMNESS,
  randomBytes: RANDOMNESS,
  randomInt: RANDOMNESS,
  randomFill: RANDOMNESS,
  randomFillSync: RANDOMNESS,
  getRandomValues: RANDOMNESS,
  webcrypto: RANDOMNESS,
}

const own = (tree, key) => (Object.hasOwn(tree, key) ? tree[key] : undefined)

/** Nodes that wrap an expression without changing which value it is. */
const WRAPPERS = new Set([
  'ChainExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
])

function unwrap(node) {
  let outer = node
  while (WRAPPERS.has(outer.parent.type)) outer = outer.parent
  return outer
}

function keyOf(node, computed) {
  return !computed && node.type === 'Identifier' ? node.name : literal(node)
}

/** The pattern a value is taken apart by: `const { now } = Date`, `({ now } = Date)`, `({ now } = Date) => …`. */
function patternFor(node) {
  const { parent } = node
  const pattern =
    parent.type === 'VariableDeclarator' && parent.init === node
      ? parent.id
      : (parent.type === 'AssignmentExpression' || parent.type === 'AssignmentPattern') && parent.right === node
        ? parent.left
        : undefined
  return pattern?.type === 'ObjectPattern' ? pattern : undefined
}

function inTypePosition(identifier) {
  let { parent } = identifier
  while (parent.type === 'TSQualifiedName') parent = parent.parent
  return parent.type === 'TSTypeQuery'
}

/** A `declare const fetch: …` tells the compiler about the global; it does not replace it. */
const isDeclaration = (definition) => definition.node.declare === true || definition.node.parent?.declare === true

const ambient = {
  meta: {
    type: 'problem',
    docs: { description: 'Take clock, randomness, timers and network from the context' },
  },
  create(context) {
    const file = projectPath(context.filename)
    if (!file.startsWith('src/') || file === CONTEXT) return {}

    const report = (node, name, what) =>
      context.report({
        node,
        message: `${name} reaches for ${what}: take it from the context (${CONTEXT})`,
      })

    /** Reports every ambient thing that `node`, known to be `found` in the trees above, is used for. */
    const follow = (node, found, name) => {
      if (typeof found === 'string') {
        report(node, name, found)
        return
      }
      if (found === undefined) return

      const value = unwrap(node)
      const { parent } = value
      if (parent.type === 'MemberExpression' && parent.object === value) {
        const key = keyOf(parent.property, parent.computed)
        if (key !== undefined) follow(parent, own(found, key), `${name}.${key}`)
        return
      }
      if (found === GLOBALS.Date && parent.callee === value) {
        if (parent.type === 'CallExpression') report(parent, `${name}()`, CLOCK)
        else if (parent.arguments.length === 0) report(parent, `new ${name}()`, CLOCK)
        return
      }
      const pattern = patternFor(value)
      if (pattern) takeApart(pattern, found, name)
    }

    const takeApart = (pattern, found, name) => {
      for (const property of pattern.properties) {
        if (property.type !== 'Property') continue
        const key = keyOf(property.key, property.computed)
        const inner = key === undefined ? undefined : own(found, key)
        const target = property.value.type === 'AssignmentPattern' ? property.value.left : property.value
        if (typeof inner === 'string') report(property, `${name}.${key}`, inner)
        else if (inner !== undefined && target.type === 'ObjectPattern') {
          takeApart(target, inner, `${name}.${key}`)
        }
      }
    }

    const followGlobal = ({ identifier }) => {
      if (inTypePosition(identifier)) return
      follow(identifier, own(GLOBALS, identifier.name), identifier.name)
    }

    const checkModule = (node, names) => {
      const specifier = literal(node.source)
      const module = specifier?.replace(/^node:/, '')
      if (TIMER_MODULES.has(module)) report(node.source, specifier, TIMER)
      else if (module === 'crypto') names(specifier)
    }

    return {
      Program() {
        const { globalScope, scopes } = context.sourceCode.scopeManager
        for (const reference of globalScope.through) followGlobal(reference)
        for (const { variables } of scopes) {
          for (const { defs, references } of variables) {
            // The linter's own globals have no definition at all.
            if (defs.every(isDeclaration)) references.forEach(followGlobal)
          }
        }
      },

      ImportDeclaration(node) {
        if (node.importKind === 'type') return
        checkModule(node, (module) => {
          for (const specifier of node.specifiers) {
            if (specifier.type === 'ImportSpecifier') {
              if (specifier.importKind === 'type') continue
              const key = keyOf(specifier.imported, false)
              follow(specifier, own(NODE_CRYPTO, key), `${module}.${key}`)
              continue
            }
            for (const { references } of context.sourceCode.getDeclaredVariables(specifier)) {
              for (const { identifier } of references) {
                if (!inTypePosition(identifier)) follow(identifier, NODE_CRYPTO, module)
              }
            }
          }
        })
      },

      ExportNamedDeclaration(node) {
        if (node.exportKind === 'type') return
        checkModule(node, (module) => {
          for (const specifier of node.specifiers) {
            const key = keyOf(specifier.local, false)
            follow(specifier, own(NODE_CRYPTO, key), `${module}.${key}`)
          }
        })
      },

      ExportAllDeclaration(node) {
        if (node.exportKind === 'type') return
        checkModule(node, (module) => report(node.source, module, RANDOMNESS))
      },

      ImportExpression(node) {
        checkModule(node, (module) => {
          const promise = unwrap(node)
          if (promise.parent.type === 'AwaitExpression') {
            follow(promise.parent, NODE_CRYPTO, `(await import('${module}'))`)
          }
        })
      },
    }
  },
}

export default { meta: { name: 'sluice' }, rules: { rooms, ambient } }
