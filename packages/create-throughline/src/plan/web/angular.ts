import { posix } from 'node:path'
import { applyEdits } from 'jsonc-parser'
import { findConfigObject } from '../../edit/config-object.ts'
import { addJsonProperty, parseJson } from '../../edit/json.ts'
import { inStyleOf, insertFirst, parseModule } from '../../edit/module.ts'
import { addProperty } from '../../edit/object.ts'
import type { Project } from '../../project/project.ts'
import { Refusal } from '../../project/refusal.ts'
import { type Draft, editFile } from '../draft.ts'
import { namesPath, PATH } from '../traces-path.ts'
import {
  importSpecifier,
  type ModuleStyle,
  parseEntry,
  planTracingModule,
  startsTracing,
} from '../tracing-module.ts'
import { COLLECTOR } from '../vite-config.ts'
import { planAngularErrors } from './angular-errors.ts'
import { hasTag } from './html.ts'

const WORKSPACE = 'angular.json'
const NEW_PROXY = 'proxy.conf.mjs'
const BY_HAND = "Add tracing by hand: docs/frameworks/angular.md in Throughline's repository."

/** The application of a workspace. */
interface Application {
  /** The path of its first module. */
  readonly entry: string
  readonly page: string
  /** The keys of its development server in angular.json. */
  readonly serve: readonly string[]
  /** The path of its proxy's configuration. */
  readonly proxy: string | undefined
}

/** Plans tracing of an app of the Angular CLI: a module that starts it, imported first, and the proxy. */
export function planAngular(draft: Draft, serviceName: string): void {
  const { project } = draft
  const app = findApplication(project)
  const entry = parseEntry(project, app.entry)
  if (!hasTag(project.read(app.page) ?? '') && !startsTracing(project, entry)) {
    const tracing = planTracingModule(draft, posix.dirname(app.entry), serviceName, entry)
    const line = `import '${importSpecifier(project, app.entry, tracing)}';`
    project.write(app.entry, applyEdits(entry.text, [insertFirst(entry, line)]))
    planAngularErrors(draft, entry, tracing)
  }
  draft.packages.add('@throughline/otel-web')
  planProxy(draft, app, entry)
}

/** The only application of angular.json. Throws a `Refusal` if there are others, or none. */
function findApplication(project: Project): Application {
  const workspace = parseJson(project.read(WORKSPACE) ?? '')
  if (!workspace) throw new Refusal(`${WORKSPACE} has a syntax error. Fix it and run this again.`)
  const apps = Object.entries(recordOf(workspace.projects)).filter(
    ([, value]) => recordOf(value).projectType === 'application',
  )
  const [only] = apps
  if (!only || apps.length > 1)
    throw new Refusal(`${WORKSPACE} has ${apps.length} applications, not one. ${BY_HAND}`)
  const [name, value] = only
  const settings = recordOf(value)
  const key = 'targets' in settings ? 'targets' : 'architect'
  const { build, serve } = recordOf(settings[key])
  const { browser, main, index } = recordOf(recordOf(build).options)
  const entry = browser ?? main
  if (typeof entry !== 'string' || !project.has(entry) || !serve)
    throw new Refusal(
      `${WORKSPACE} names no entry that exists, or no development server, for ${name}. ${BY_HAND}`,
    )
  return {
    entry,
    page: typeof index === 'string' ? index : posix.join(posix.dirname(entry), 'index.html'),
    serve: ['projects', name, key, 'serve'],
    proxy: findProxy(recordOf(serve)),
  }
}

/** The proxy of a development server. Its default configuration has precedence over its options. */
function findProxy({
  options,
  configurations,
  defaultConfiguration,
}: Record<string, unknown>): string | undefined {
  const { proxyConfig } = {
    ...recordOf(options),
    ...recordOf(recordOf(configurations)[String(defaultConfiguration)]),
  }
  return typeof proxyConfig === 'string' ? proxyConfig.replace(/^\.\//, '') : undefined
}

function planProxy(draft: Draft, { proxy, serve }: Application, style: ModuleStyle): void {
  const { project } = draft
  const line = `'${PATH}': ${COLLECTOR}`
  if (proxy !== undefined) {
    const task = 'Add the collector to the proxy of the development server'
    const code = proxy.endsWith('.json') ? `"${PATH}": "http://localhost:4318",` : `${line},`
    editFile(draft, { path: proxy, task, code }, (text) => addToProxy(proxy, text))
    return
  }
  const isPresent = project.has(NEW_PROXY)
  if (isPresent && !namesPath(project.read(NEW_PROXY) ?? ''))
    throw new Refusal(`${NEW_PROXY} exists, but ${WORKSPACE} does not use it. Rename it and run this again.`)
  if (!isPresent) project.write(NEW_PROXY, inStyleOf(style, `export default { ${line} };\n`))
  const options = `"options": { "proxyConfig": "${NEW_PROXY}" }`
  editFile(draft, { path: WORKSPACE, task: 'Add to "serve"', code: options }, (text) =>
    addJsonProperty(text, {
      path: [...serve, 'options', 'proxyConfig'],
      value: NEW_PROXY,
      after: 'builder',
      isOneLine: true,
    }),
  )
}

/** Adds the collector to the text of a proxy's configuration. Returns `undefined` if it cannot be done safely. */
function addToProxy(path: string, text: string): string | undefined {
  if (namesPath(text)) return text
  if (path.endsWith('.json')) {
    const entries = Object.keys(parseJson(text) ?? {})
    // The first entry that matches is used.
    if (entries.some((key) => key.startsWith('^') || PATH.startsWith(key.split('*')[0] ?? '')))
      return undefined
    return addJsonProperty(text, { path: [PATH], value: 'http://localhost:4318' })
  }
  const module = parseModule(path, text)
  const config = module && findConfigObject(module)
  const edits =
    config &&
    addProperty(text, config, {
      path: [PATH],
      value: inStyleOf(module, COLLECTOR),
      // The first entry that matches is used.
      position: 'first',
      language: 'JavaScript',
      quote: module.quote,
    })
  return edits && applyEdits(text, [...edits])
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
