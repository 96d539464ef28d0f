import type {
  CallExpression,
  Expression,
  FunctionDeclaration,
  ObjectExpression,
  Statement,
} from '@babel/types'
import { countBindings } from './count-bindings.ts'
import { findConstant, findDeclaration, importedName, importSource, type Module } from './module.ts'
import { keyOf, unwrap } from './object.ts'

/** An object literal of a configuration. */
interface ConfigObject {
  readonly object: ObjectExpression
  /** Where the names in it are looked up. */
  readonly scope: Scope
  /** The sources of imports that the object is merged into, by `mergeConfig` of Vite. */
  readonly bases: readonly string[]
}

interface Scope {
  readonly module: Module
  /** The statements of the function around an expression. */
  readonly locals: readonly Statement[]
  /** The property of a constant that other code must not use, since it may change it. Empty: no property may be used. */
  readonly key: string
  /** How many names were followed. Limited, because a function may call itself. */
  readonly depth: number
}

const MAX_DEPTH = 10

/** The possible values of an expression. `undefined` if one of them is not an object literal. */
type Values = readonly ConfigObject[] | undefined

/** The only object literal that a configuration file exports. `undefined` if it exports others, too, or none. */
export function findConfigObject(module: Module): ObjectExpression | undefined {
  const [only, ...others] = findConfigObjects(module) ?? []
  return others.length === 0 ? only?.object : undefined
}

/**
 * The object literals that a configuration file may export: directly, as a constant, through `defineConfig`, another
 * `define…Config` or `mergeConfig`, in the branches of a condition, or as the values that a function returns. `undefined` if
 * one of them is made in another way.
 *
 * @param key the property that is added. Other members of constants may change.
 */
export function findConfigObjects(module: Module, key = ''): Values {
  const scope = { module, locals: [], key, depth: 0 }
  for (const statement of module.statements) {
    const exported = exportedBy(scope, statement)
    if (exported)
      return exported.type === 'FunctionDeclaration'
        ? resolveReturned(scope, exported)
        : resolve(scope, exported)
  }
  return undefined
}

function exportedBy({ module }: Scope, statement: Statement): Expression | FunctionDeclaration | undefined {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement
    if (declaration.type === 'FunctionDeclaration') return declaration
    return /^(?:Class|TSDeclare|TSInterface)/.test(declaration.type) ? undefined : (declaration as Expression)
  }
  if (statement.type === 'TSExportAssignment') return statement.expression
  if (statement.type === 'ExportNamedDeclaration') return exportedAsDefault(statement)
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression')
    return undefined
  const { left, right } = statement.expression
  const target = module.text.slice(left.start ?? 0, left.end ?? 0)
  return target === 'module.exports' || target === 'exports.default' ? right : undefined
}

/** The variable in `export { config as default }`. */
export function exportedAsDefault(statement: Statement): Expression | undefined {
  if (statement.type !== 'ExportNamedDeclaration' || statement.source) return undefined
  for (const specifier of statement.specifiers)
    if (specifier.type === 'ExportSpecifier' && keyOf({ key: specifier.exported }) === 'default')
      return specifier.local
  return undefined
}

function resolve(scope: Scope, expression: Expression): Values {
  const value = unwrap(expression)
  switch (value.type) {
    case 'ObjectExpression':
      return [{ object: value, scope, bases: [] }]
    case 'CallExpression':
      return resolveCall(scope, value)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return resolveReturned(scope, value)
    case 'ConditionalExpression':
      return all([value.consequent, value.alternate].map((each) => resolve(scope, each)))
    case 'AwaitExpression':
      return resolve(scope, value.argument)
    case 'Identifier':
      return scope.depth < MAX_DEPTH
        ? resolveName({ ...scope, depth: scope.depth + 1 }, value.name)
        : undefined
    default:
      return undefined
  }
}

function resolveName(scope: Scope, name: string): Values {
  const constant = constantIn(scope, name)
  if (constant) return resolve(scope, constant)
  // A parameter may have the name of a function.
  if (countBindings(scope.module.statements, name) > 1) return undefined
  const declaration = findDeclaration(scope.module, name)
  return declaration?.type === 'FunctionDeclaration' ? resolveReturned(scope, declaration) : undefined
}

function resolveCall(scope: Scope, { callee, arguments: given }: CallExpression): Values {
  const name = importedName(scope.module, callee) ?? ''
  const values = given.flatMap((each) => (/^(?:Spread|Argument)/.test(each.type) ? [] : [each as Expression]))
  const [first, second] = values
  if (values.length < given.length) return undefined
  if (first && /^define\w*Config$/.test(name)) return resolve(scope, first)
  // The callee may be a function of the module.
  if (name !== 'mergeConfig') return callee.type === 'Identifier' ? resolve(scope, callee) : undefined
  const base = first && resolve(scope, first)
  // The entries of the first argument come first in the merged configuration.
  if (base || !first || !second) return base
  const source = sourceOf(scope, first)
  if (source === undefined) return undefined
  return resolve(scope, second)?.map((each) => ({ ...each, bases: [...each.bases, source] }))
}

/** The source of the import that an expression names, awaits or calls. */
function sourceOf(scope: Scope, expression: Expression): string | undefined {
  const value = unwrap(expression)
  if (value.type === 'AwaitExpression') return sourceOf(scope, value.argument)
  if (value.type === 'CallExpression') {
    const { callee } = value
    const [required] = value.arguments
    if (callee.type !== 'Identifier') return undefined
    return callee.name === 'require' && required?.type === 'StringLiteral'
      ? required.value
      : sourceOf(scope, callee)
  }
  if (value.type !== 'Identifier' || scope.depth > MAX_DEPTH) return undefined
  const constant = constantIn(scope, value.name)
  return constant
    ? sourceOf({ ...scope, depth: scope.depth + 1 }, constant)
    : importSource(scope.module, value.name)
}

/** True if an expression that is spread into an object of a configuration may have a key. */
export function mayHold(scope: Scope, expression: Expression, key: string): boolean {
  const value = unwrap(expression)
  switch (value.type) {
    case 'ObjectExpression':
      return value.properties.some((each) =>
        each.type === 'SpreadElement'
          ? mayHold(scope, each.argument, key)
          : each.computed || keyOf(each) === key,
      )
    case 'ConditionalExpression':
      return [value.consequent, value.alternate].some((each) => mayHold(scope, each, key))
    case 'LogicalExpression':
      return (value.operator !== '&&' && mayHold(scope, value.left, key)) || mayHold(scope, value.right, key)
    case 'Identifier': {
      const constant = scope.depth < MAX_DEPTH && constantIn(scope, value.name)
      return !constant || mayHold({ ...scope, depth: scope.depth + 1 }, constant, key)
    }
    default:
      return true
  }
}

function constantIn({ module, locals, key }: Scope, name: string): Expression | undefined {
  // If several variables have this name, the one that is meant is not determined.
  if (isChanged(module, name, key) || countBindings(module.statements, name) > 1) return undefined
  return findConstant({ ...module, statements: locals }, name) ?? findConstant(module, name)
}

/** True if a member of a variable is used, as in `config.server = …`: its literal may not be all of its value. */
function isChanged({ text }: Module, variable: string, key: string): boolean {
  const name = variable.replaceAll('$', '\\$')
  const member = `(?:\\??\\.(?!\\.)${key === '' ? '' : `\\s*${key}\\b`}|(?:\\?\\.)?\\[)`
  // `config.server`, `config!.server`, `(config as UserConfig).server` and `Object.assign(config, …)`
  const uses = [
    `(?<![\\w$./'"-])${name}\\s*(?:!\\s*)?${member}`,
    `(?<![\\w$.])${name}\\s+as\\b[^()]*\\)\\s*${member}`,
    `\\bassign\\(\\s*${name}\\b`,
  ]
  return uses.some((each) => new RegExp(each).test(text))
}

/** The value of a constant that a value names, if no member of it is used; other values as they are. */
export function followName(scope: Scope, expression: Expression): Expression {
  const value = unwrap(expression)
  const constant = value.type === 'Identifier' && constantIn({ ...scope, key: '' }, value.name)
  return constant ? unwrap(constant) : value
}

function resolveReturned(scope: Scope, { body }: { readonly body: Expression | Statement }): Values {
  if (body.type !== 'BlockStatement') return resolve({ ...scope, locals: [] }, body as Expression)
  const returned = findReturned(body.body)
  return returned.length === 0
    ? undefined
    : all(returned.map((each) => resolve({ ...scope, locals: body.body }, each)))
}

/** All of the values, each object once, or `undefined` if one of them is. */
function all(values: readonly Values[]): Values {
  const found = new Map<ObjectExpression, ConfigObject>()
  for (const each of values) {
    if (!each) return undefined
    for (const value of each) found.set(value.object, value)
  }
  return [...found.values()]
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
