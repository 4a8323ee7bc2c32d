import tools from '../../generated/browser-tools.json' with { type: 'json' }
import { CATEGORY_OF_KIND } from './categories.ts'
import type { Subscription } from './device.ts'
import type { SettingField } from './fields.ts'
import type { Integration } from './integration.ts'
import { supportedBy } from './takes.ts'
import { TOOL_WORDS } from './tool-words.ts'

/** A plugin for the browser SDK, as `scripts/assets` reads it from its own bundle. */
interface BrowserTool {
  slug: string
  name: string
  /** Path of the bundle below our own address. */
  script: string
  libraryName: string
  settings: Record<string, ToolSetting>
  subscriptions: Subscription[]
  /** It only adds to events that go elsewhere. */
  enriches: boolean
}

interface ToolSetting {
  type: string
  label: string
  description: string
  required?: boolean
  multiple?: boolean
  default?: unknown
  choices?: (string | { value: string })[]
}

/** The tools for web pages that come with the platform: packaged, with no cloud half. */
export const browserTools: readonly Integration[] = (tools as BrowserTool[]).map((tool) => ({
  id: tool.slug,
  slug: tool.slug,
  name: tool.name,
  title: TOOL_WORDS[tool.slug]?.title ?? tool.name,
  kind: 'packaged',
  categories: [TOOL_WORDS[tool.slug]?.category ?? CATEGORY_OF_KIND.packaged],
  description: TOOL_WORDS[tool.slug]?.does ?? 'Runs in the page: the browser SDK loads it and hands it the events.',
  status: 'PUBLIC',
  supports: supportedBy(tool.subscriptions),
  fields: Object.entries(tool.settings).map(([name, setting]) => fieldOf(name, setting)),
  rate: null,
  timeoutMs: 0,
  device: {
    sdks: ['browser'],
    plugin: {
      type: 'remote',
      url: tool.script,
      libraryName: tool.libraryName,
      subscriptions: tool.subscriptions,
      enriches: tool.enriches,
    },
    defaultMode: tool.enriches ? 'cloud' : 'device',
  },
}))

function fieldOf(name: string, setting: ToolSetting): SettingField {
  const { label, description, required = false, default: usual } = setting
  const choices = setting.choices?.map((choice) => (typeof choice === 'string' ? choice : choice.value))
  return {
    name,
    label,
    type: typeOf(setting),
    required,
    description: withoutMarkdown(description),
    scope: 'device',
    ...(usual !== undefined && { default: usual }),
    ...(choices && { choices }),
  }
}

function typeOf({ type, multiple, choices }: ToolSetting): SettingField['type'] {
  if (multiple) return 'list'
  if (choices) return 'select'
  return type === 'boolean' || type === 'number' ? type : 'string'
}

function withoutMarkdown(text: string): string {
  return text.replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 ($2)').replaceAll('`', '')
}
