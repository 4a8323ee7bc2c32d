import { execFileSync } from 'node:child_process'
import { writeFileSync, mkdirSync } from 'node:fs'
import { bundleMutant } from './test/simulation/bundle.ts'
import { ENVIRONMENT } from './test/simulation/fleet.ts'
import { MUTATIONS } from './test/simulation/mutations/all.ts'
const [name = '', from = '1', to = '1500'] = process.argv.slice(2)
const mutation = MUTATIONS.find((one) => one.name.startsWith(name))
if (!mutation) throw new Error('no such mutation')
const dir = 'node_modules/.cache/sluice-mutants'
mkdirSync(dir, { recursive: true })
const place = `${dir}/find-${process.pid}`
const first = Number(from)
writeFileSync(`${place}.json`, JSON.stringify(Array.from({ length: Number(to) - first + 1 }, (_, n) => ({ seed: first + n }))))
await bundleMutant(mutation.edits, `${place}.mjs`)
const out = execFileSync(process.execPath, [`${place}.mjs`, `${place}.json`], { env: ENVIRONMENT }).toString()
const { violation, runs } = JSON.parse(out) as { violation: string | null; runs: number }
console.log(mutation.name, '| seed', violation === null ? 'none' : first + runs - 1, '|', violation)
