/** A node of an ESTree syntax tree, as Rollup, Rolldown and Vite parse it. Its other fields are read with care. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** A function, or the module itself, whose own awaits are to be compiled. */
export function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}

/** A field that holds a node. */
export function child(node: Node, name: string): Node | undefined {
  const value = field(node, name)
  return isNode(value) ? value : undefined
}

/** A field of any kind. */
export function field(node: Node, name: string): unknown {
  return (node as unknown as Record<string, unknown>)[name]
}

/** All nodes directly below a node, in the order of their fields. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter(isNode),
  )
}

/** Whether a node's own code, that of nested functions not counted, contains a node that `matches`. */
export function containsOwn(node: Node, matches: (node: Node) => boolean): boolean {
  return children(node).some((below) => matches(below) || (!isFunction(below) && containsOwn(below, matches)))
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}
