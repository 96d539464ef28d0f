import type { Worker } from '../detect/worker.ts'
import { addJsonElement, addJsonProperty } from '../edit/json.ts'
import { addTomlElement, addTomlProperty } from '../edit/toml.ts'
import { type Draft, editFile } from './draft.ts'

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const COLLECTOR = 'http://localhost:4318'
const FLAG = 'nodejs_compat'
/** From this date on, workers have `AsyncLocalStorage` without a flag. */
const IMPLIED_FROM = '2026-08-04'

/** Plans the compatibility flag that tracing needs, and the variable with the address of the collector. */
export function planWrangler(draft: Draft, { config: path, settings }: Worker): void {
  const isToml = path.endsWith('.toml')
  if (needsFlag(settings)) {
    const lines = isToml ? `compatibility_flags = ["${FLAG}"]` : `"compatibility_flags": ["${FLAG}"]`
    const task = 'Add the compatibility flag, without which the worker fails at start'
    const add = isToml ? addTomlElement : addJsonElement
    editFile(draft, { path, task, lines }, (text) => add(text, 'compatibility_flags', FLAG))
  }
  if (!hasVariable(settings)) {
    const lines = isToml
      ? `[vars]\n${ENDPOINT} = "${COLLECTOR}"`
      : `"vars": { "${ENDPOINT}": "${COLLECTOR}" }`
    const task = 'Add the address of the collector'
    editFile(draft, { path, task, lines }, (text) =>
      isToml
        ? addTomlProperty(text, 'vars', ENDPOINT, COLLECTOR)
        : addJsonProperty(text, { path: ['vars', ENDPOINT], value: COLLECTOR }),
    )
    draft.notes.push(
      `Before you deploy, set ${ENDPOINT} in ${path} to your collector: docs/deploy.md#1-the-collector.`,
    )
    if ('env' in settings)
      draft.notes.push(`${path} has environments: add ${ENDPOINT} to the variables of each.`)
  }
}

function needsFlag({ compatibility_date: date, compatibility_flags: flags }: Worker['settings']): boolean {
  const day = date instanceof Date ? date.toISOString() : String(date ?? '')
  const present: readonly unknown[] = Array.isArray(flags) ? flags : []
  return day < IMPLIED_FROM && !present.includes(FLAG) && !present.includes('nodejs_als')
}

function hasVariable({ vars }: Worker['settings']): boolean {
  return typeof vars === 'object' && vars !== null && ENDPOINT in vars
}
