import { child, children, containsOwn, field, type Node } from './syntax-tree.ts'

/** The last directive of a module or a function. */
export function lastDirective(body: Node): Node | undefined {
  return children(body).findLast((statement) => typeof field(statement, 'directive') === 'string')
}

/**
 * Whether a function declares a nested function twice, or also as a variable. The compiler moves the statements into a
 * block, where such redeclarations are syntax errors.
 */
export function redeclares(scope: Node): boolean {
  const body = child(scope, 'body')
  const names = (body?.type === 'BlockStatement' ? children(body) : [])
    .filter(({ type }) => type === 'FunctionDeclaration')
    .map((declaration) => nameOf(child(declaration, 'id')))
  if (names.length === 0) return false
  const isNamed = (node: Node) => names.includes(nameOf(node))
  const isVariable = (node: Node) =>
    node.type === 'VariableDeclaration' &&
    field(node, 'kind') === 'var' &&
    children(node)
      .map((declarator) => child(declarator, 'id'))
      .some((id) => id !== undefined && (isNamed(id) || containsOwn(id, isNamed)))
  return new Set(names).size < names.length || containsOwn(scope, isVariable)
}

function nameOf(node: Node | undefined): unknown {
  return node?.type === 'Identifier' ? field(node, 'name') : undefined
}

export function isSuspension(node: Node): boolean {
  return node.type === 'AwaitExpression' || isForAwait(node) || isAwaitUsing(node)
}

export function isForAwait(node: Node): boolean {
  return node.type === 'ForOfStatement' && field(node, 'await') === true
}

export function isUsing(node: Node): boolean {
  return node.type === 'VariableDeclaration' && /using$/.test(String(field(node, 'kind')))
}

export function isAwaitUsing(node: Node): boolean {
  return node.type === 'VariableDeclaration' && field(node, 'kind') === 'await using'
}

/** The statement without its labels. */
export function labelled(node: Node): Node {
  const body = node.type === 'LabeledStatement' ? child(node, 'body') : undefined
  return body === undefined ? node : labelled(body)
}
