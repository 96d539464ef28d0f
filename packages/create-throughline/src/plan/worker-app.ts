import type { Expression, MemberExpression, NewExpression, ObjectProperty, Statement } from '@babel/types'
import {
  endOf,
  findConstant,
  findDeclaration,
  importedName,
  inStyleOf,
  insertStatements,
  type Module,
} from '../edit/module.ts'
import { findProperty, unwrap } from '../edit/object.ts'
import { afterCommentAt, type Edit, insertAt, lineIndentAt, withoutComments } from '../edit/text.ts'

/** The Hono app of a worker. */
export interface App {
  /** Where it is created. */
  readonly creation: Creation
  /** Its property in an object with other handlers, which the middleware does not trace. */
  readonly property: ObjectProperty | undefined
}

type Creation =
  /** The statement `const name = new Hono()`. */
  | { readonly name: string; readonly statement: Statement }
  /** `new Hono()` in an expression, and the property that is read from it. */
  | { readonly root: NewExpression; readonly next: MemberExpression | undefined }

/** Methods of Hono that return an app with the same router. https://hono.dev/docs/api/hono */
const CHAINED =
  /^(?:use|get|post|put|delete|patch|options|all|on|route|basePath|mount|onError|notFound|openapi|doc)$/

/** The Hono app that is exported, if the module creates it by `new Hono()`, with or without calls of its methods. */
export function findApp(module: Module, handler: Expression): App | undefined {
  const value = unwrap(handler)
  if (value.type !== 'ObjectExpression') {
    const creation = findCreation(module, value)
    return creation && { creation, property: undefined }
  }
  const fetch = findProperty(value, 'fetch')
  if (fetch?.value.type !== 'MemberExpression' || fetch.value.object.type !== 'Identifier') return undefined
  const { object, property } = fetch.value
  if (property.type !== 'Identifier' || property.name !== 'fetch') return undefined
  const creation = findCreation(module, object)
  const isAlone = value.properties.length === 1
  return creation && { creation, property: isAlone ? undefined : fetch }
}

function findCreation(
  module: Module,
  expression: Expression,
  names: readonly string[] = [],
): Creation | undefined {
  let value = unwrap(expression)
  let next: MemberExpression | undefined
  while (value.type === 'CallExpression') {
    const { callee } = value
    if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined
    if (!CHAINED.test(callee.property.name) || callee.object.type === 'Super') return undefined
    next = callee
    value = unwrap(callee.object)
  }
  if (value.type === 'Identifier') return findNamed(module, value.name, names)
  // The methods of an `OpenAPIHono` have the type of `Hono` as their result, which has no `openapi`.
  if (!isHono(module, value, /^Hono$/)) return undefined
  // `new Hono` without parentheses cannot be followed by a call.
  return module.text.charAt((value.end ?? 0) - 1) === ')' ? { root: value, next } : undefined
}

/** @param names the constants that were followed. Code may have constants of each other, which fails when it runs. */
function findNamed(module: Module, name: string, names: readonly string[]): Creation | undefined {
  const value = findConstant(module, name)
  const statement = findDeclaration(module, name)
  if (!value || !statement || names.includes(name)) return undefined
  return isHono(module, unwrap(value), /^(?:OpenAPI)?Hono$/)
    ? { name, statement }
    : findCreation(module, value, [...names, name])
}

function isHono(module: Module, value: Expression, name: RegExp): value is NewExpression {
  return value.type === 'NewExpression' && name.test(importedName(module, value.callee) ?? '')
}

/** The edits that call methods of an app before all others, such as `.use(logger())`. */
export function callFirst(module: Module, { creation }: App, calls: readonly string[]): Edit[] {
  if ('statement' in creation) {
    const { name, statement } = creation
    const lines = calls.map((call) => `\n${name}${call};`).join('')
    return [insertStatements(module, afterCommentAt(module.text, endOf(module, statement)), lines)]
  }
  const { root, next } = creation
  const end = root.end ?? 0
  const start = next?.property.start ?? end
  const [before = ''] = withoutComments(module.text.slice(end, start)).split('.')
  const isOnOwnLine = before.trim() === '' && before.includes('\n')
  if (!next || !isOnOwnLine) return [insertAt(end, inStyleOf(module, calls.join('')))]
  const indent = module.newline + lineIndentAt(module.text, start)
  return [
    insertAt(
      afterCommentAt(module.text, end),
      calls.map((call) => indent + inStyleOf(module, call)).join(''),
    ),
  ]
}
