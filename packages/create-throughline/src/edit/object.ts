import type { ArrayExpression, Expression, Node, ObjectExpression, ObjectProperty } from '@babel/types'
import { insertMember, type Literal } from './list.ts'
import { type Edit, indentUnitOf } from './text.ts'

/** Where a property is added, and what. */
export interface NewProperty {
  /** The keys from the outermost object inwards. */
  readonly path: readonly string[]
  /** The value, as code. */
  readonly value: string
  /** Whether it becomes the first or the last property of the innermost object, or is put in alphabetical order. */
  readonly position: 'first' | 'last' | 'sorted'
  /** The key after which the outermost new key is added, if the object has it. Default: the last one. */
  readonly after?: string
  /** The keys after this many stand on one line. Default: 0. */
  readonly linesOfKeys?: number
  readonly language: 'JSON' | 'JavaScript'
  /** Default: `'`. */
  readonly quote?: '"' | "'"
  /** Whether what is spread into an object may have a key. Default: it may. */
  readonly mayHold?: (spread: Expression, key: string) => boolean
  /** The value that an expression stands for. Default: the expression without type operators. */
  readonly followName?: (expression: Expression) => Expression
}

/**
 * The edits that add a property to nested object literals of `text`. Returns no edits if the property is present, and
 * `undefined` if a spread in a literal on the way may have it, or if a value on the way is not a literal.
 */
export function addProperty(
  text: string,
  object: ObjectExpression,
  property: NewProperty,
): readonly Edit[] | undefined {
  const [key = '', ...inner] = property.path
  const { mayHold = () => true, followName = unwrap } = property
  const found = findProperty(object, key)
  if (found && inner.length === 0) return []
  const isTaken = (each: Member) =>
    each.type === 'SpreadElement' ? mayHold(each.argument, key) : each.computed || keyOf(each) === key
  if (found) {
    // A later member may replace the property.
    if (object.properties.slice(object.properties.indexOf(found) + 1).some(isTaken)) return undefined
    const value = followName(found.value as Expression)
    const next = { ...property, path: inner, linesOfKeys: (property.linesOfKeys ?? 0) - 1 }
    return value.type === 'ObjectExpression' ? addProperty(text, value, next) : undefined
  }
  // Later members replace a first one with the same key.
  const isReplaced = inner.length === 0 && property.position === 'first'
  if (!isReplaced && object.properties.some(isTaken)) return undefined
  return insertMember(text, literalOf(object, object.properties), {
    member: memberText(property, indentUnitOf(text)),
    index: indexIn(object.properties.map(keyOf), property),
    commaInEmpty: property.language === 'JavaScript',
  })
}

type Member = ObjectExpression['properties'][number]

function indexIn(
  keys: readonly string[],
  { path: [key = '', ...inner], position, after }: NewProperty,
): number {
  if (after !== undefined && keys.includes(after)) return keys.indexOf(after) + 1
  const next = keys.findIndex((each) => each > key)
  if (inner.length > 0 || position === 'last' || (position === 'sorted' && next < 0)) return keys.length
  return position === 'first' ? 0 : next
}

/** The edits that add an element to an array literal. */
export function addElement(
  text: string,
  array: ArrayExpression,
  element: string,
  position: 'first' | 'last' = 'last',
): readonly Edit[] {
  const members = array.elements.filter((each) => each !== null)
  return insertMember(text, literalOf(array, members), {
    member: element,
    index: position === 'first' ? 0 : members.length,
    commaInEmpty: false,
  })
}

/** The property with a key that is an identifier or a string. */
export function findProperty(object: ObjectExpression, key: string): ObjectProperty | undefined {
  return object.properties.find(
    (each): each is ObjectProperty => each.type === 'ObjectProperty' && !each.computed && keyOf(each) === key,
  )
}

/** The expression without parentheses and type operators. */
export function unwrap(expression: Expression): Expression {
  switch (expression.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return unwrap(expression.expression)
    default:
      return expression
  }
}

function literalOf(
  node: ObjectExpression | ArrayExpression,
  members: readonly { start?: number | null; end?: number | null }[],
): Literal {
  const trailingComma = node.extra?.trailingComma
  return {
    start: node.start ?? 0,
    end: node.end ?? 0,
    members: members.map(({ start, end }) => ({ start: start ?? 0, end: end ?? 0 })),
    trailingComma: typeof trailingComma === 'number' ? trailingComma : undefined,
  }
}

/** The name or text of a key; empty for a spread. */
export function keyOf(member: { readonly key?: Node } | Member): string {
  const key = 'key' in member ? member.key : undefined
  return key?.type === 'Identifier' ? key.name : key?.type === 'StringLiteral' ? key.value : ''
}

function memberText(
  { path, value, language, linesOfKeys = 0, quote = "'" }: NewProperty,
  unit: string,
): string {
  const [key = '', ...inner] = path
  const isName = language === 'JavaScript' && /^[A-Za-z_$][\w$]*$/.test(key)
  const name = isName ? key : language === 'JSON' ? JSON.stringify(key) : quote + key + quote
  if (inner.length === 0) return `${name}: ${value}`
  const next = memberText(
    { path: inner, value, language, quote, position: 'last', linesOfKeys: linesOfKeys - 1 },
    unit,
  )
  const comma = language === 'JSON' ? '' : ','
  return linesOfKeys > 0
    ? `${name}: {\n${unit}${next.replaceAll('\n', `\n${unit}`)}${comma}\n}`
    : `${name}: { ${next} }`
}
