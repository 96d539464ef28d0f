/**
 * A node of an ESTree syntax tree, as Rollup, Rolldown and Vite parse it. Its other fields are read with {@link field}.
 */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** Whether a node is a function. The awaits inside a function are its own and not those of the code around it. */
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

/** All direct child nodes, in the order of the fields. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter(isNode),
  )
}

/** Whether the code of a node, without nested functions, contains a node that `matches` accepts. */
export function containsOwn(node: Node, matches: (node: Node) => boolean): boolean {
  return children(node).some((below) => matches(below) || (!isFunction(below) && containsOwn(below, matches)))
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}
