import { posix } from 'node:path'
import type { ArrayExpression, Expression } from '@babel/types'
import { applyEdits } from 'jsonc-parser'
import { findCalls } from '../../edit/find-calls.ts'
import {
  findConstant,
  inStyleOf,
  insertFirst,
  type Module,
  mentions,
  parseModule,
} from '../../edit/module.ts'
import { addElement, findProperty, unwrap } from '../../edit/object.ts'
import type { Project } from '../../project/project.ts'
import { resolveImport } from '../../project/resolve-import.ts'
import type { Draft } from '../draft.ts'
import { importSpecifier } from '../tracing-module.ts'

/**
 * Plans an error handler that reports to `tracing`, and adds it to the providers of the only `bootstrapApplication` of the
 * entry. A note names the guide instead if these providers are not found, or if the app already has an error handler.
 *
 * @param tracingPath the path of the module that exports `tracing`
 */
export function planAngularErrors(draft: Draft, entry: Module, tracingPath: string): void {
  const { project } = draft
  const config = findConfig(project, entry)
  const path = config && posix.join(posix.dirname(config.module.path), 'error-tracing.ts')
  if (!config || path === undefined || project.has(path) || mentions(config.module, 'ErrorHandler')) {
    draft.notes.push('To record errors that Angular catches, see "Errors" in docs/frameworks/angular.md.')
    return
  }
  const { module, providers } = config
  project.write(path, inStyleOf(module, handlerText(importSpecifier(project, path, tracingPath))))
  const specifier = importSpecifier(project, module.path, path)
  project.write(
    module.path,
    applyEdits(module.text, [
      insertFirst(module, `import { provideErrorTracing } from '${specifier}';`),
      // Angular uses the last provider of a class, so an `ErrorHandler` of the app's own providers stays in use.
      ...addElement(module.text, providers, 'provideErrorTracing()', 'first'),
    ]),
  )
}

const handlerText = (
  tracingSpecifier: string,
) => `import { ErrorHandler, type Provider } from '@angular/core';
import { tracing } from '${tracingSpecifier}';

class TracingErrorHandler extends ErrorHandler {
  override handleError(error: unknown): void {
    tracing.recordError(error);
    super.handleError(error);
  }
}

/** Angular catches errors of templates, effects and event handlers. */
export const provideErrorTracing = (): Provider => ({ provide: ErrorHandler, useClass: TracingErrorHandler });
`

interface Config {
  readonly module: Module
  readonly providers: ArrayExpression
}

/**
 * The module of the application's configuration, with the array of its providers: the second argument of
 * `bootstrapApplication`, if it is a constant that the entry imports.
 */
function findConfig(project: Project, entry: Module): Config | undefined {
  const calls = entry.statements.flatMap((each) => findCalls(each, 'bootstrapApplication'))
  const [, argument] = calls[0]?.arguments ?? []
  if (calls.length !== 1 || argument?.type !== 'Identifier') return undefined
  const module = moduleOf(project, entry, argument.name)
  const constant = module && findConstant(module, argument.name)
  const providers = constant && providersOf(constant)
  return providers && { module, providers }
}

/** The module of the project that an import of the entry takes a name from. */
function moduleOf(project: Project, entry: Module, name: string): Module | undefined {
  const source = entry.statements.flatMap((each) =>
    each.type === 'ImportDeclaration' &&
    each.specifiers.some(
      (specifier) =>
        specifier.type === 'ImportSpecifier' &&
        specifier.imported.type === 'Identifier' &&
        specifier.imported.name === name &&
        specifier.local.name === name,
    )
      ? [each.source.value]
      : [],
  )[0]
  const path = source === undefined ? undefined : resolveImport(project, entry.path, source)
  return path === undefined ? undefined : parseModule(path, project.read(path) ?? '')
}

function providersOf(expression: Expression): ArrayExpression | undefined {
  const object = unwrap(expression)
  const value = object.type === 'ObjectExpression' ? findProperty(object, 'providers')?.value : undefined
  return value?.type === 'ArrayExpression' ? value : undefined
}
