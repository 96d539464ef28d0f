import { applyEdits } from 'jsonc-parser'
import { configNames } from '../../detect/config-names.ts'
import {
  endOf,
  inStyleOf,
  insertFirst,
  insertStatements,
  type Module,
  mentions,
  parseModule,
} from '../../edit/module.ts'
import { afterCommentAt, type Edit, newlineOf } from '../../edit/text.ts'
import { Refusal } from '../../project/refusal.ts'
import { type Draft, editFile } from '../draft.ts'
import { type ModuleStyle, quoted, startsTracing, styleOfConfig } from '../tracing-module.ts'
import { planProxy } from '../vite-config.ts'

const HOOKS = [
  'src/hooks.client.ts',
  'src/hooks.client.js',
  'src/hooks.client/index.ts',
  'src/hooks.client/index.js',
]
const IMPORT = "import { startTracing } from '@throughline/otel-web';"

/** Plans tracing of a SvelteKit app: its client hooks start it and report errors, and the proxy forwards spans. */
export function planSvelteKit(draft: Draft, serviceName: string): void {
  const { project } = draft
  if (project.find(...configNames('vite')) === undefined)
    throw new Refusal('This SvelteKit app has no Vite configuration. Run this in the folder that has it.')
  const style = styleOfConfig(
    project,
    project.find(...configNames('vite')),
    'typescript' in draft.manifest.dependencies || project.has('tsconfig.json'),
  )
  const path = project.find(...HOOKS) ?? `src/hooks.client.${style.isTypeScript ? 'ts' : 'js'}`
  draft.packages.add('@throughline/otel-web')
  const task = 'Start tracing in the client hooks'
  const code = `${IMPORT}\n\nstartTracing({ serviceName: ${quoted(serviceName)} });`
  editFile(draft, { path, task, code }, (text) => {
    const module = parseModule(path, text)
    if (!module || startsTracing(draft.project, module)) return module?.text
    if (module.statements.length > 0) return addToHooks(draft, module, serviceName)
    const comments = text.trimEnd()
    return (comments && comments + style.newline.repeat(2)) + newHooks(style, serviceName)
  })
  planProxy(draft, 'vite', style)
}

function newHooks(style: ModuleStyle, serviceName: string): string {
  const types = style.isTypeScript ? "import type { HandleClientError } from '@sveltejs/kit';\n" : ''
  return inStyleOf(style, `${types}${IMPORT}\n\n${start(serviceName)}\n\n${errorHandler(style)}\n`)
}

function addToHooks(draft: Draft, module: Module, serviceName: string): string {
  const { text, statements } = module
  const imports = statements.filter(({ type }) => type === 'ImportDeclaration')
  const hasOwnHandler = mentions(module, 'handleError')
  const isTaken = mentions(module, 'tracing')
  if (hasOwnHandler || isTaken)
    draft.notes.push('To record errors that SvelteKit catches, see "Errors" in docs/frameworks/sveltekit.md.')
  const call =
    hasOwnHandler || isTaken ? start(serviceName).replace('const tracing = ', '') : start(serviceName)
  const last = imports.at(-1)
  const needsType =
    module.isTypeScript && !hasOwnHandler && !isTaken && !mentions(module, 'HandleClientError')
  const types = needsType ? "import type { HandleClientError } from '@sveltejs/kit';\n" : ''
  const edits: Edit[] = last
    ? [insertStatements(module, afterCommentAt(text, endOf(module, last)), `\n${types}${IMPORT}\n\n${call}`)]
    : [insertFirst(module, `${types}${IMPORT}\n\n${call}`)]
  if (!hasOwnHandler && !isTaken) {
    const newline = newlineOf(text)
    edits.push({
      offset: text.trimEnd().length,
      length: text.length - text.trimEnd().length,
      content: newline + newline + inStyleOf(module, errorHandler(module)) + newline,
    })
  }
  return applyEdits(text, edits)
}

function start(serviceName: string): string {
  return `const tracing = startTracing({ serviceName: ${quoted(serviceName)} });`
}

function errorHandler({ isTypeScript }: Pick<Module, 'isTypeScript'>): string {
  return `// SvelteKit catches errors of load functions and of rendering.
export const handleError${isTypeScript ? ': HandleClientError' : ''} = ({ error, status }) => {
  if (status === 500) tracing.recordError(error);
};`
}
