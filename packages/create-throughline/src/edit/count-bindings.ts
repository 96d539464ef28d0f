/** The keys of nodes that declare names: variables, parameters, errors that are caught, functions and classes. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ['id'],
  FunctionDeclaration: ['id', 'params'],
  FunctionExpression: ['id', 'params'],
  ArrowFunctionExpression: ['params'],
  ObjectMethod: ['params'],
  ClassMethod: ['params'],
  CatchClause: ['param'],
  ClassDeclaration: ['id'],
  ImportSpecifier: ['local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
}

/** How often a name is declared in code, in any of its functions and blocks. */
export function countBindings(node: unknown, name: string): number {
  if (Array.isArray(node)) return sum(node.map((each) => countBindings(each, name)))
  if (typeof node !== 'object' || node === null || !('type' in node)) return 0
  const places = PLACES[String(node.type)] ?? []
  const declared = sum(places.map((key) => countInPattern(Reflect.get(node, key), name)))
  return declared + sum(Object.values(node).map((each) => countBindings(each, name)))
}

/** How often a pattern such as `{ a, ...rest }` declares a name. */
function countInPattern(node: unknown, name: string): number {
  if (Array.isArray(node)) return sum(node.map((each) => countInPattern(each, name)))
  if (typeof node !== 'object' || node === null || !('type' in node)) return 0
  if (node.type === 'Identifier') return 'name' in node && node.name === name ? 1 : 0
  // Of a property, only the value declares a name; of a default, only the left side.
  const parts = ['value', 'left', 'argument', 'properties', 'elements', 'parameter']
  return sum(parts.map((key) => countInPattern(Reflect.get(node, key), name)))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0)
}
