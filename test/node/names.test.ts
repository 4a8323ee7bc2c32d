import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '..', '..', 'src')

/** What each feature hands in under the same name, so that whoever knows one knows all. */
const OF_EACH_FEATURE = new Set(['FEATURE', 'FLASH', 'GROUPS', 'PAGES', 'SUBJECTS', 'withFlash'])

/** wrangler.toml names the classes; each is a thin one around the core of the same name. */
const OBJECTS = 'objects.ts'

const DECLARED =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) ([\w$]+)/gm

it('declares an exported name once: two things with one name are confused by whoever reads or searches', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const places = new Map<string, string[]>()
  for (const file of files.filter((one) => one !== OBJECTS)) {
    const names = new Set([...readFileSync(join(SRC, file), 'utf8').matchAll(DECLARED)].map(([, name = '']) => name))
    for (const name of names) places.set(name, [...(places.get(name) ?? []), file])
  }
  expect(places.size).toBeGreaterThan(500)
  const twice = [...places].filter(([name, where]) => where.length > 1 && !OF_EACH_FEATURE.has(name))
  expect(twice).toEqual([])
})
