import { applyEdits } from 'jsonc-parser'
import { configNames } from '../../detect/config-names.ts'
import { findConfigObject } from '../../edit/config-object.ts'
import {
  endOf,
  inStyleOf,
  insertFirst,
  insertStatements,
  type Module,
  mentions,
  parseModule,
} from '../../edit/module.ts'
import { addProperty, findProperty } from '../../edit/object.ts'
import { afterCommentAt, type Edit } from '../../edit/text.ts'
import type { Project } from '../../project/project.ts'
import { type Draft, editFile } from '../draft.ts'
import { namesPath } from '../traces-path.ts'
import { type ModuleStyle, quoted, startsTracing } from '../tracing-module.ts'

/** Next.js looks in `src` first. */
const CLIENT_MODULES = ['src/', ''].flatMap((folder) =>
  ['ts', 'tsx', 'js', 'jsx'].map((ending) => `${folder}instrumentation-client.${ending}`),
)
const IMPORT = "import { startTracing } from '@throughline/otel-web';"
const COLLECTOR = "const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';"
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
const REWRITES = "async () => [{ source: '/v1/traces', destination: `${collector}/v1/traces` }]"

/** Plans tracing of a Next.js app: its client instrumentation starts it, and a rewrite forwards spans. */
export function planNextjs(draft: Draft, serviceName: string): void {
  const { project } = draft
  const style = styleOf(draft)
  const folder = project.list('').some((path) => /^src\/(?:app|pages)\//.test(path)) ? 'src/' : ''
  const path =
    project.find(...CLIENT_MODULES) ?? `${folder}instrumentation-client.${style.isTypeScript ? 'ts' : 'js'}`
  const call = `export const tracing = startTracing({ serviceName: ${quoted(serviceName)} });`
  draft.packages.add('@throughline/otel-web')
  if (!project.has(path)) project.write(path, inStyleOf(style, `${IMPORT}\n\n${call}\n`))
  else {
    const task = 'Start tracing in the client instrumentation'
    editFile(draft, { path, task, code: `${IMPORT}\n\n${call}` }, (text) =>
      addCall(project, path, text, call),
    )
  }
  draft.notes.push(
    'To record errors that React catches, see "Errors of rendering" in docs/frameworks/nextjs.md.',
  )
  planRewrite(draft, style)
}

/** The style of new modules: that of the configuration. */
function styleOf({ project, manifest }: Draft): ModuleStyle {
  const path = project.find(...configNames('next')) ?? 'next.config.ts'
  const module = parseModule(path, project.read(path) ?? '')
  return {
    isTypeScript: 'typescript' in manifest.dependencies || project.has('tsconfig.json'),
    semicolon: module?.semicolon ?? ';',
    quote: module?.quote ?? "'",
    newline: module?.newline ?? '\n',
    indent: module?.indent ?? '  ',
  }
}

/** Adds the call to client instrumentation that the app has. */
function addCall(project: Project, path: string, text: string, call: string): string | undefined {
  const module = parseModule(path, text)
  if (!module || startsTracing(project, module)) return module?.text
  const code = mentions(module, 'tracing') ? call.replace('export const tracing = ', '') : call
  return applyEdits(text, [afterImports(module, `${IMPORT}\n\n${code}`, '\n')])
}

/** The edit that inserts code after the imports of a module, or before its first statement. */
function afterImports(module: Module, code: string, separator: string): Edit {
  const last = module.statements.findLast(({ type }) => type === 'ImportDeclaration')
  if (!last) return insertFirst(module, code)
  return insertStatements(module, afterCommentAt(module.text, endOf(module, last)), separator + code)
}

function planRewrite(draft: Draft, style: ModuleStyle): void {
  const { project } = draft
  const path = project.find(...configNames('next'))
  if (path === undefined) {
    const [types, type] = style.isTypeScript
      ? ["import type { NextConfig } from 'next';\n\n", ': NextConfig']
      : ['', '']
    const code = `${types}${COLLECTOR}\n\nconst nextConfig${type} = {\n  rewrites: ${REWRITES},\n};\n\nexport default nextConfig;\n`
    project.write(`next.config.${style.isTypeScript ? 'ts' : 'mjs'}`, inStyleOf(style, code))
    return
  }
  const task = 'Add the rewrite to the configuration'
  const code = `${COLLECTOR}\n\nrewrites: ${REWRITES},`
  editFile(draft, { path, task, code }, (text) => addRewrite(path, text))
}

/** Adds the rewrite to the text of a configuration. Returns `undefined` if it cannot be done safely. */
export function addRewrite(path: string, text: string): string | undefined {
  if (namesPath(text)) return text
  const module = parseModule(path, text)
  const config = module && findConfigObject(module)
  if (!config || findProperty(config, 'rewrites') || mentions(module, 'collector')) return undefined
  const edits = addProperty(text, config, {
    path: ['rewrites'],
    value: inStyleOf(module, REWRITES),
    position: 'last',
    language: 'JavaScript',
    quote: module.quote,
  })
  return edits && applyEdits(text, [afterImports(module, COLLECTOR, '\n\n'), ...edits])
}
