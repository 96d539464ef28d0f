import { posix } from 'node:path'
import type { Expression, ObjectProperty, Statement } from '@babel/types'
import { applyEdits } from 'jsonc-parser'
import type { Worker } from '../detect/worker.ts'
import {
  findConstant,
  findDeclaration,
  importsFrom,
  inStyleOf,
  insertFirst,
  type Module,
  mentions,
  parseModule,
} from '../edit/module.ts'
import { findProperty, unwrap } from '../edit/object.ts'
import { afterCommentAt, type Edit, insertAt } from '../edit/text.ts'
import { type Draft, editFile } from './draft.ts'
import { quoted } from './tracing-module.ts'
import { findClass } from './worker-class.ts'
import { planWrangler } from './wrangler.ts'

const PACKAGE = '@throughline/otel-edge'
const GUIDE = 'docs/deploy.md#3-your-own-workers'

/** Plans tracing of a worker: its entry is wrapped, and wrangler's configuration names the collector. */
export function planWorker(draft: Draft, worker: Worker, serviceName: string): void {
  draft.packages.add(PACKAGE)
  const { entry: path } = worker
  const task = `Wrap the default export of the worker (${GUIDE})`
  const module = parseModule(path, draft.project.read(path) ?? '')
  const className = module && findClass(draft.project, module)
  const code = manualCode(serviceName, className)
  editFile(draft, { path, task, code }, (text) => {
    if (!module) return undefined
    if (importsFrom(module, (source) => source === PACKAGE || source.startsWith(`${PACKAGE}/`))) return text
    if (className === undefined && exportsClasses(worker, module))
      draft.notes.push(`Wrap the classes that ${module.path} exports, too: ${GUIDE}.`)
    const edits = className === undefined ? traceEntry(draft, module, serviceName) : undefined
    return edits && applyEdits(text, edits)
  })
  planWrangler(draft, worker)
  noteAssets(draft, worker)
}

/** The pages of a project without a build are not changed if a worker serves them. */
function noteAssets({ project, packages, notes }: Draft, { settings }: Worker): void {
  const { directory } = (settings.assets ?? {}) as { directory?: unknown }
  if (typeof directory !== 'string' || packages.has('@throughline/otel-web')) return
  const page = posix.join(directory, 'index.html')
  if (project.has(page)) notes.push(`${page} is not traced. Add the script tag: docs/frameworks/html.md.`)
}

function manualCode(serviceName: string, className: string | undefined): string {
  const [wrapper, value] =
    className === undefined ? ['instrument', 'handler'] : ['instrumentEntrypoint', className]
  return `import { ${wrapper} } from '${PACKAGE}';

export default ${wrapper}(${value}, { serviceName: ${quoted(serviceName)} });`
}

/** True if the entry of a worker exports Durable Objects, Workflows or entrypoints, as far as is known. */
function exportsClasses({ settings }: Worker, module: Module): boolean {
  const { durable_objects: objects, workflows } = settings
  const bindings = [(objects as { bindings?: unknown } | undefined)?.bindings, workflows]
  return (
    /(?:DurableObject|WorkerEntrypoint|WorkflowEntrypoint)\b/.test(module.text) ||
    // Those of other workers have the name of a script.
    bindings.flat().some((each) => typeof each === 'object' && each !== null && !('script_name' in each))
  )
}

function traceEntry(draft: Draft, module: Module, serviceName: string): Edit[] | undefined {
  const exported = module.statements.find((each) => each.type === 'ExportDefaultDeclaration')?.declaration
  if (!exported || /^(?:Class|Function|TSDeclare|TSInterface)/.test(exported.type)) return undefined
  const handler = exported as Expression
  const isTaken = ['tracing', 'otlpRelay', 'instrument'].some((name) => mentions(module, name))
  if (isTaken) return undefined
  const options = `{ serviceName: ${quoted(serviceName)} }`
  const app = findApp(module, handler)
  if (!app) {
    draft.notes.push(
      `This worker does not receive the spans of pages. A Hono app does, with otlpRelay(): ${GUIDE}.`,
    )
    return [
      insertFirst(module, `import { instrument } from '${PACKAGE}';`),
      ...wrap(module, handler, options),
    ]
  }
  const relay = `${app.name}.post('/v1/traces', otlpRelay());`
  if (!app.property)
    return [
      insertFirst(module, `import { otlpRelay, tracing } from '${PACKAGE}';`),
      insertAfter(module, app.statement, `${relay}\n${app.name}.use(tracing(${options}));`),
    ]
  const hasOtherType = unwrap(handler) !== handler && handlerTypes(module, handler) === undefined
  if (hasOtherType) return undefined
  // `app.fetch` knows no routes, so `instrument` gets the app.
  return [
    insertFirst(module, `import { instrument, otlpRelay } from '${PACKAGE}';`),
    insertAfter(module, app.statement, relay),
    replace(app.property, `fetch: ${app.name}`),
    ...wrap(module, handler, options),
  ]
}

/** The edits that pass a handler to `instrument`, which gets the types of `satisfies ExportedHandler<…>`. */
function wrap(module: Module, handler: Expression, options: string): Edit[] {
  const end = inStyleOf(module, `, ${options})`)
  const types = handlerTypes(module, handler)
  if (types === undefined || handler.type !== 'TSSatisfiesExpression')
    return [insertAt(handler.start ?? 0, 'instrument('), insertAt(handler.end ?? 0, end)]
  return [
    insertAt(handler.start ?? 0, `instrument${types}(`),
    replace({ start: handler.expression.end, end: handler.end }, end),
  ]
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

function insertAfter(module: Module, { end }: Statement, lines: string): Edit {
  return insertAt(afterCommentAt(module.text, end ?? 0), inStyleOf(module, `\n${lines}`))
}

function replace(
  { start, end }: { start?: number | null | undefined; end?: number | null | undefined },
  content: string,
): Edit {
  return { offset: start ?? 0, length: (end ?? 0) - (start ?? 0), content }
}

interface App {
  readonly name: string
  /** The statement that creates it. */
  readonly statement: Statement
  /** Its property in an object with other handlers, which the middleware does not trace. */
  readonly property: ObjectProperty | undefined
}

/** The Hono app that is exported, if the module creates it by `new Hono()`. */
function findApp(module: Module, handler: Expression): App | undefined {
  const value = unwrap(handler)
  if (value.type === 'Identifier') return createdApp(module, value.name, undefined)
  if (value.type !== 'ObjectExpression') return undefined
  const fetch = findProperty(value, 'fetch')
  if (fetch?.value.type !== 'MemberExpression' || fetch.value.object.type !== 'Identifier') return undefined
  const { property } = fetch.value
  if (property.type !== 'Identifier' || property.name !== 'fetch') return undefined
  return createdApp(module, fetch.value.object.name, value.properties.length > 1 ? fetch : undefined)
}

function createdApp(module: Module, name: string, property: App['property']): App | undefined {
  const value = findConstant(module, name)
  const statement = findDeclaration(module, name)
  if (!statement || value?.type !== 'NewExpression' || value.callee.type !== 'Identifier') return undefined
  return /^(?:OpenAPI)?Hono$/.test(value.callee.name) ? { name, statement, property } : undefined
}
