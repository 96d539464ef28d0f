import { findCalls } from '../../edit/find-calls.ts'
import {
  findDeclaration,
  insertFirst,
  insertStatements,
  type Module,
  mentions,
  startWithComments,
} from '../../edit/module.ts'
import { type Edit, insertAt } from '../../edit/text.ts'

/**
 * The edits that make the root of React 19 report errors to `tracing`. Returns `undefined` unless the module
 * calls `createRoot` exactly once, without options, and does not use the name `report`.
 */
export function reportReactErrors(module: Module): readonly Edit[] | undefined {
  const found = module.statements.flatMap((statement) =>
    findCalls(statement, 'createRoot').map((call) => ({ statement, call })),
  )
  const [only] = found
  const [container, ...options] = only?.call.arguments ?? []
  if (!only || found.length > 1 || !container || options.length > 0) return undefined
  if (container.type === 'SpreadElement') return undefined
  if (mentions(module, 'report') || mentions(module, 'tracing')) return undefined
  // The reporter is inserted above the declaration of the container, so that `const root = …` stays next to its use.
  const declaration = container.type === 'Identifier' ? findDeclaration(module, container.name) : undefined
  const types = module.isTypeScript ? importErrorInfo(module) : []
  return [
    ...types,
    insertStatements(module, startWithComments(module, declaration ?? only.statement), reporterText(module)),
    insertAt(container.end ?? 0, ', { onCaughtError: report, onUncaughtError: report }'),
  ]
}

function reporterText(module: Module): string {
  const [error, info] = module.isTypeScript ? ['error: unknown', ': ErrorInfo'] : ['error', '']
  return `// React catches what a render throws and reports it here.
const report = (${error}, { componentStack }${info}) =>
  tracing.recordError(error, { 'react.component_stack': componentStack ?? '' });

`
}

function importErrorInfo(module: Module): Edit[] {
  if (mentions(module, 'ErrorInfo')) return []
  const specifiers = module.statements.flatMap((each) =>
    each.type === 'ImportDeclaration' && each.source.value === 'react' && each.importKind !== 'type'
      ? each.specifiers
      : [],
  )
  const named = specifiers.find(({ type }) => type === 'ImportSpecifier')
  if (named) return [insertAt(named.start ?? 0, 'type ErrorInfo, ')]
  return [insertFirst(module, "import type { ErrorInfo } from 'react';")]
}
