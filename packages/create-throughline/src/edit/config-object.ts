import type {
  ArrowFunctionExpression,
  Expression,
  FunctionExpression,
  ObjectExpression,
  Statement,
} from '@babel/types'
import { findConstant, type Module } from './module.ts'
import { unwrap } from './object.ts'

/**
 * The object literal that a configuration file exports: directly, as a constant, through `defineConfig` or a function of such a name, or as the only
 * value that a function returns. `undefined` if the configuration is put together in another way.
 */
export function findConfigObject(module: Module): ObjectExpression | undefined {
  for (const statement of module.statements) {
    const exported = exportedBy(statement)
    if (exported) return resolve(module, exported, [])
  }
  return undefined
}

function exportedBy(statement: Statement): Expression | undefined {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement
    const isExpression = !/^(?:Function|Class|TSDeclare|TSInterface)/.test(declaration.type)
    return isExpression ? (declaration as Expression) : undefined
  }
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression')
    return undefined
  const { left, right } = statement.expression
  const isExports =
    left.type === 'MemberExpression' &&
    left.object.type === 'Identifier' &&
    left.object.name === 'module' &&
    left.property.type === 'Identifier' &&
    left.property.name === 'exports'
  return isExports ? right : undefined
}

/** @param locals the statements of the functions around the expression */
function resolve(
  module: Module,
  expression: Expression,
  locals: readonly Statement[],
): ObjectExpression | undefined {
  const value = unwrap(expression)
  switch (value.type) {
    case 'ObjectExpression':
      return value
    case 'CallExpression': {
      const [first] = value.arguments
      const isDefine = value.callee.type === 'Identifier' && /^define\w*Config$/.test(value.callee.name)
      if (!isDefine || !first || first.type === 'SpreadElement' || first.type === 'ArgumentPlaceholder')
        return undefined
      return resolve(module, first, locals)
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return resolveReturned(module, value)
    case 'Identifier': {
      if (isChanged(module, value.name)) return undefined
      const constant =
        findConstant({ ...module, statements: locals }, value.name) ?? findConstant(module, value.name)
      return constant && resolve(module, constant, locals)
    }
    default:
      return undefined
  }
}

/** True if members of a variable are used, as in `config.server = …`: its literal may not be all of its value. */
function isChanged({ text }: Module, name: string): boolean {
  return new RegExp(`(?<![\\w$./'"-])${name}\\s*(?:\\.(?!\\.)|\\[)|\\bassign\\(\\s*${name}\\b`).test(text)
}

function resolveReturned(
  module: Module,
  { body }: ArrowFunctionExpression | FunctionExpression,
): ObjectExpression | undefined {
  if (body.type !== 'BlockStatement') return resolve(module, body, [])
  const returned = findReturned(body.body)
  const [only] = returned
  return returned.length === 1 && only ? resolve(module, only, body.body) : undefined
}

/** The values of all `return` statements of a function, without those of functions in it. */
function findReturned(node: unknown): Expression[] {
  if (Array.isArray(node)) return node.flatMap(findReturned)
  if (typeof node !== 'object' || node === null || !('type' in node)) return []
  const { type } = node
  if (typeof type !== 'string' || /Function|Class|ObjectMethod/.test(type)) return []
  if (type === 'ReturnStatement')
    return 'argument' in node && node.argument ? [node.argument as Expression] : []
  return Object.values(node).flatMap(findReturned)
}
