import type { Worker } from '../detect/worker.ts'
import { addJsonElement, addJsonProperty } from '../edit/json.ts'
import { addTomlElement, addTomlProperty } from '../edit/toml.ts'
import { type Draft, editFile } from './draft.ts'

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const COLLECTOR = 'http://localhost:4318'
const FLAG = 'nodejs_compat'
/** Wrangler refuses `nodejs_compat` beside its second version. */
const SUFFICIENT = [FLAG, 'nodejs_compat_v2', 'nodejs_als']
/** From this date on, workers have `AsyncLocalStorage` without a flag. */
const IMPLIED_FROM = '2026-08-04'

/** Plans the compatibility flag that tracing needs, and the variable with the address of the collector. */
export function planWrangler(draft: Draft, { config: path, settings }: Worker): void {
  const isToml = path.endsWith('.toml')
  const reason = 'without it, the worker fails at start'
  const codeOf = (flags: readonly unknown[]) =>
    `${isToml ? 'compatibility_flags = ' : '"compatibility_flags": '}${JSON.stringify(flags)}`
  const flag = missingFlag(settings)
  if (flag !== undefined) {
    const add = isToml ? addTomlElement : addJsonElement
    const code = codeOf([flag])
    const task = `Add the compatibility flag (${reason})`
    editFile(draft, { path, task, code }, (text) => add(text, 'compatibility_flags', flag))
  }
  const inherited = { ...settings, compatibility_flags: [...flagsOf(settings), ...(flag ? [flag] : [])] }
  for (const [name, environment] of environmentsOf(settings)) {
    const missing = missingFlag({ ...inherited, ...environment })
    if (missing === undefined) continue
    const code = codeOf([...flagsOf({ ...inherited, ...environment }), missing])
    draft.manual.push({
      path,
      task: `Add the compatibility flag to the environment ${name} (${reason})`,
      code,
    })
  }
  if (!hasVariable(settings)) {
    const code = isToml ? `[vars]\n${ENDPOINT} = "${COLLECTOR}"` : `"vars": { "${ENDPOINT}": "${COLLECTOR}" }`
    const task = 'Add the address of the collector'
    editFile(draft, { path, task, code }, (text) =>
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

/** The compatibility flag that gives a worker `AsyncLocalStorage`, if it has none yet. */
function missingFlag(settings: Worker['settings']): string | undefined {
  const { compatibility_date: date } = settings
  const day = date instanceof Date ? date.toISOString() : String(date ?? '')
  const flags = flagsOf(settings)
  if (SUFFICIENT.some((each) => flags.includes(each))) return undefined
  if (flags.includes(`no_${FLAG}`)) return 'nodejs_als'
  return day < IMPLIED_FROM ? FLAG : undefined
}

function flagsOf({ compatibility_flags: flags }: Worker['settings']): readonly unknown[] {
  return Array.isArray(flags) ? flags : []
}

function environmentsOf({ env }: Worker['settings']): [string, Worker['settings']][] {
  return typeof env === 'object' && env !== null ? Object.entries(env) : []
}

function hasVariable({ vars }: Worker['settings']): boolean {
  return typeof vars === 'object' && vars !== null && ENDPOINT in vars
}
