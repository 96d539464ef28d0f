import { locate, type Node, type SourceFile } from './source-file.ts'

/** The comment above state that a module may keep. The reason follows. */
const MARKER = /(?:\/\/|\*) Cache: \S/
/** A collection of these types that is created with its members is a constant. */
const READONLY_TYPES: ReadonlySet<string> = new Set(['ReadonlySet', 'ReadonlyMap'])

/**
 * Finds state that belongs to a module: `let` and `var` at its top level, and `new Map()` or `new Set()` as the value of a
 * top-level constant or of a static member. A collection typed `ReadonlyMap` or `ReadonlySet` is a constant. So that two
 * requests, two SDKs and two tests share nothing by accident, only caches are allowed: a comment in the paragraph above
 * begins with `Cache:` and names the content and its limit.
 */
export function findModuleState(file: SourceFile): string[] {
  return file.statements
    .flatMap((statement) => findInStatement(unwrapExport(statement)))
    .filter(({ start }) => !isMarked(file.text, start))
    .map(({ start, name }) => `${locate(file, start)} \`${name}\` is state of the module`)
}

interface State {
  readonly start: number
  readonly name: string
}

function findInStatement(statement: Node): State[] {
  if (statement.type === 'ClassDeclaration') return findInClass(statement)
  if (statement.type !== 'VariableDeclaration' || statement.declare === true) return []
  return (statement.declarations as readonly Node[])
    .filter(({ id, init }) => statement.kind !== 'const' || isMutableCollection(init, id))
    .map(({ id }) => ({ start: statement.start, name: nameOf(id) }))
}

function findInClass(declaration: Node): State[] {
  const { body } = declaration.body as { readonly body: readonly Node[] }
  return body
    .filter((member) => member.type === 'PropertyDefinition' && member.static === true)
    .filter((member) => member.readonly !== true || isMutableCollection(member.value, member))
    .map((member) => ({ start: member.start, name: nameOf(member.key) }))
}

function isMutableCollection(value: unknown, typed: unknown): boolean {
  const { type, callee, elements } = (value ?? {}) as Partial<Record<string, unknown>>
  if (type === 'ArrayExpression') return (elements as readonly unknown[]).length === 0
  if (type !== 'NewExpression') return false
  return /^(?:Map|Set)$/.test(nameOf(callee)) && !READONLY_TYPES.has(typeNameOf(typed))
}

function unwrapExport(statement: Node): Node {
  return statement.type === 'ExportNamedDeclaration' && statement.declaration
    ? (statement.declaration as Node)
    : statement
}

function nameOf(identifier: unknown): string {
  return String((identifier as { readonly name?: unknown } | null)?.name)
}

function typeNameOf(typed: unknown): string {
  const { typeAnnotation } = typed as { readonly typeAnnotation?: { readonly typeAnnotation?: Node } | null }
  return nameOf(typeAnnotation?.typeAnnotation?.typeName)
}

/** True if the lines above, up to the first empty one, contain the marker. */
function isMarked(text: string, start: number): boolean {
  const lines = text.slice(0, start).split('\n').slice(0, -1).reverse()
  const end = lines.findIndex((line) => line.trim() === '')
  return lines.slice(0, end === -1 ? undefined : end).some((line) => MARKER.test(line))
}
