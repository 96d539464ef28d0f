import { posix } from 'node:path'
import type { Expression } from '@babel/types'
import { applyEdits } from 'jsonc-parser'
import type { Worker } from '../detect/worker.ts'
import { exportedAsDefault } from '../edit/config-object.ts'
import { importsFrom, inStyleOf, insertFirst, type Module, mentions, parseModule } from '../edit/module.ts'
import { findProperty, keyOf, unwrap } from '../edit/object.ts'
import { type Edit, insertAt } from '../edit/text.ts'
import type { Project } from '../project/project.ts'
import { resolveImport } from '../project/resolve-import.ts'
import { type Draft, editFile } from './draft.ts'
import { namesPath } from './traces-path.ts'
import { quoted } from './tracing-module.ts'
import { type App, callFirst, findApp } from './worker-app.ts'
import { findDefaultClass } from './worker-class.ts'
import { planWrangler } from './wrangler.ts'

const PACKAGE = '@throughline/otel-edge'
/** Modules that export the default of each other would be followed without an end. */
const MAX_DEPTH = 5
const GUIDE = 'docs/deploy.md#3-your-own-workers'

/** Plans tracing of a worker: its entry is wrapped, and wrangler's configuration names the collector. */
export function planWorker(draft: Draft, worker: Worker, serviceName: string): void {
  draft.packages.add(PACKAGE)
  const path = findDefault(draft.project, worker.entry)
  const module = parseModule(path, draft.project.read(path) ?? '')
  const isScript = module?.statements.every(({ type }) => !/^(?:Import|Export)/.test(type)) === true
  const task = `${isScript ? 'Make the worker a module, and wrap' : 'Wrap'} the default export of the worker (${GUIDE})`
  const className = module && findDefaultClass(draft.project, module)
  const code = manualCode(serviceName, className)
  editFile(draft, { path, task, code }, (text) => {
    if (!module) return undefined
    if (isTraced(draft, module)) return text
    if (className === undefined && exportsClasses(worker, draft.project.read(worker.entry) ?? ''))
      draft.notes.push(`Wrap the classes that ${worker.entry} exports, too: ${GUIDE}.`)
    const edits = className === undefined ? traceEntry(module, serviceName) : undefined
    return edits && applyEdits(text, edits)
  })
  planWrangler(draft, worker)
  noteAssets(draft, worker)
}

/** The module with the default export of another one: `export { default } from './app.ts'` is followed. */
function findDefault(project: Project, path: string, depth = 0): string {
  const { statements = [] } = parseModule(path, project.read(path) ?? '') ?? {}
  for (const statement of statements) {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.source) continue
    const isDefault = statement.specifiers.some(
      (each) =>
        each.type === 'ExportSpecifier' &&
        each.local.name === 'default' &&
        keyOf({ key: each.exported }) === 'default',
    )
    const source = isDefault ? resolveImport(project, path, statement.source.value) : undefined
    if (source !== undefined && depth < MAX_DEPTH) return findDefault(project, source, depth + 1)
  }
  return path
}

/** True if a module, or one of the project that it imports, uses the package. */
function isTraced({ project, notes }: Draft, module: Module): boolean {
  if (importsFrom(module, (source) => source === PACKAGE || source.startsWith(`${PACKAGE}/`))) {
    const hasRelay = ['otlpRelay', 'withRelay'].some((name) => mentions(module, name))
    if (!hasRelay) notes.push(`To receive spans of pages, add a relay to ${module.path}: ${GUIDE}.`)
    return true
  }
  return importsFrom(module, (source) => {
    const path = resolveImport(project, module.path, source)
    const text = (path && project.read(path)) || ''
    return text.includes(PACKAGE) && /\b(?:tracing|instrument)\(/.test(text)
  })
}

/** The pages of a project without a build are not changed if a worker serves them. */
function noteAssets({ project, packages, notes }: Draft, { settings }: Worker): void {
  const { directory } = (settings.assets ?? {}) as { directory?: unknown }
  if (typeof directory !== 'string' || packages.has('@throughline/otel-web')) return
  const page = posix.join(directory, 'index.html')
  if (project.has(page)) notes.push(`${page} is not traced. Add the script tag: docs/frameworks/html.md.`)
}

function manualCode(serviceName: string, className: string | undefined): string {
  const options = `{ serviceName: ${quoted(serviceName)} }`
  return className === undefined
    ? `import { instrument, withRelay } from '${PACKAGE}';

export default withRelay(instrument(handler, ${options}));`
    : `import { instrumentEntrypoint } from '${PACKAGE}';

export default instrumentEntrypoint(${className}, ${options});`
}

/** True if the entry of a worker exports Durable Objects, Workflows or entrypoints, as far as is known. */
function exportsClasses({ settings }: Worker, text: string): boolean {
  const { durable_objects: objects, workflows } = settings
  const bindings = [(objects as { bindings?: unknown } | undefined)?.bindings, workflows]
  return (
    /(?:DurableObject|WorkerEntrypoint|WorkflowEntrypoint)\b/.test(text) ||
    // Those of other workers have the name of a script.
    bindings.flat().some((each) => typeof each === 'object' && each !== null && !('script_name' in each))
  )
}

/** The edits that trace the default export of a worker and add the relay. `undefined` if the export has another form. */
function traceEntry(module: Module, serviceName: string): Edit[] | undefined {
  const handler = findHandler(module)
  if (!handler) return undefined
  const options = `{ serviceName: ${quoted(serviceName)} }`
  const app = findApp(module, handler.value)
  return (
    (app && traceApp(module, handler, { app, options })) ??
    wrap(module, handler, { functions: wrappersOf(module, handler.value), options })
  )
}

/** The edits that trace an app of Hono. `undefined` if the module uses the names for something else. */
function traceApp(
  module: Module,
  handler: Handler,
  { app, options }: { readonly app: App; readonly options: string },
): Edit[] | undefined {
  const relay = namesPath(module.text) ? [] : [".post('/v1/traces', otlpRelay())"]
  const imported = relay.map(() => 'otlpRelay')
  if (!app.property) {
    const calls = callFirst(module, app, [...relay, `.use(tracing(${options}))`])
    return importing(module, [...imported, 'tracing'], calls)
  }
  const hasOtherType =
    unwrap(handler.value) !== handler.value && handlerTypes(module, handler.value) === undefined
  if (hasOtherType) return undefined
  const wrapped = wrap(module, handler, { functions: ['instrument'], options, others: imported })
  return wrapped && [...callFirst(module, app, relay), ...wrapped]
}

interface Handler {
  readonly value: Expression
  /** False for `export { app as default }`, where nothing can be put around the name. */
  readonly isExpression: boolean
}

/** What a worker exports as its default, unless it is a class or a function. */
function findHandler({ statements }: Module): Handler | undefined {
  for (const statement of statements) {
    const named = exportedAsDefault(statement)
    if (named) return { value: named, isExpression: false }
    if (statement.type !== 'ExportDefaultDeclaration') continue
    const { declaration } = statement
    const value = unwrap(declaration as Expression)
    const isFetch = value.type === 'MemberExpression' && keyOf({ key: value.property }) === 'fetch'
    const isOther = isFetch || /^(?:Class|TSDeclare|TSInterface)|Function/.test(value.type)
    return isOther ? undefined : { value: declaration as Expression, isExpression: true }
  }
  return undefined
}

/** A worker that answers no requests, such as the consumer of a queue, needs no relay, and one with such a route has it. */
function wrappersOf(module: Module, handler: Expression): readonly string[] {
  const value = unwrap(handler)
  const hasNoFetch =
    value.type === 'ObjectExpression' &&
    value.properties.every(
      (each) => each.type !== 'SpreadElement' && !each.computed && keyOf(each) !== 'fetch',
    )
  return hasNoFetch || namesPath(module.text) ? ['instrument'] : ['withRelay', 'instrument']
}

/** The edits with the import of functions, unless a name is taken. */
function importing(module: Module, names: readonly string[], edits: readonly Edit[]): Edit[] | undefined {
  if (names.some((name) => mentions(module, name))) return undefined
  const specifiers = names.toSorted().join(', ')
  return [insertFirst(module, `import { ${specifiers} } from '${PACKAGE}';`), ...edits]
}

interface Wrapping {
  /** The outermost first. The last one gets the options. */
  readonly functions: readonly string[]
  readonly options: string
  /** Other functions that are imported. */
  readonly others?: readonly string[]
}

/** The edits that pass a handler to `instrument`, which gets the types of `satisfies ExportedHandler<…>`. */
function wrap(
  module: Module,
  { value, isExpression }: Handler,
  { functions, options, others = [] }: Wrapping,
): Edit[] | undefined {
  if (!isExpression) return undefined
  const start = value.start ?? 0
  const types = handlerTypes(module, value)
  const open = `${functions.join('(')}${types ?? ''}(`
  const close = inStyleOf(module, `, ${options})${')'.repeat(functions.length - 1)}`)
  const end =
    types === undefined || value.type !== 'TSSatisfiesExpression'
      ? insertAt(value.end ?? 0, close)
      : replace({ start: value.expression.end, end: value.end }, close)
  const isTyped = types === undefined && unwrap(value) !== value
  const edits = [insertAt(start, open), ...(isTyped ? [] : passApp(value)), end]
  return importing(module, [...functions, ...others], edits)
}

/** `instrument` gets the app in place of `app.fetch`, which knows no routes. */
function passApp(handler: Expression): Edit[] {
  const value = unwrap(handler)
  const fetch = value.type === 'ObjectExpression' ? findProperty(value, 'fetch')?.value : undefined
  if (fetch?.type !== 'MemberExpression' || fetch.object.type !== 'Identifier') return []
  const isFetch = fetch.property.type === 'Identifier' && fetch.property.name === 'fetch' && !fetch.computed
  return isFetch ? [replace({ start: fetch.object.end, end: fetch.end }, '')] : []
}

/** The type arguments of a handler that satisfies `ExportedHandler`, if `instrument` has the same ones. */
function handlerTypes(module: Module, handler: Expression): string | undefined {
  if (handler.type !== 'TSSatisfiesExpression' || handler.typeAnnotation.type !== 'TSTypeReference')
    return undefined
  const { typeName, typeParameters } = handler.typeAnnotation
  if (typeName.type !== 'Identifier' || typeName.name !== 'ExportedHandler') return undefined
  if (!typeParameters) return ''
  // The third one is something else.
  if (typeParameters.params.length > 2) return undefined
  return module.text.slice(typeParameters.start ?? 0, typeParameters.end ?? 0)
}

function replace(
  { start, end }: { start?: number | null | undefined; end?: number | null | undefined },
  content: string,
): Edit {
  return { offset: start ?? 0, length: (end ?? 0) - (start ?? 0), content }
}
