import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/settings/schema.ts', './src/accounts/schema.ts', './src/control/*/schema.ts'],
  out: './migrations',
})
