import { isDeepStrictEqual } from 'node:util'
import { parseExpression } from '@babel/parser'
import type { Expression, ObjectExpression } from '@babel/types'
import { applyEdits, type ParseError, parse } from 'jsonc-parser'
import { addElement, addProperty, findProperty } from './object.ts'
import type { Edit } from './text.ts'

/** Parses JSON with comments and trailing commas. Returns `undefined` for anything else, and for what is no object. */
export function parseJson(text: string): Record<string, unknown> | undefined {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return errors.length === 0 && isObject ? (value as Record<string, unknown>) : undefined
}

export interface JsonChange {
  readonly path: readonly string[]
  readonly value: string
  /** Default: the property is added in alphabetical order if `sorted`, and at the end otherwise. */
  readonly sorted?: boolean
  /** The key after which an outermost new key is added. Default: the last one. */
  readonly after?: string
  /** Whether a new object is written on one line. */
  readonly isOneLine?: boolean
}

/**
 * Adds a property to an object, or an object with it. Comments, order and white space stay as they are. Returns
 * `undefined` if the text cannot be edited.
 */
export function addJsonProperty(
  text: string,
  { path, value, sorted = false, after, isOneLine = false }: JsonChange,
): string | undefined {
  return editJson(text, withValue(parseJson(text), path, value), (object) =>
    addProperty(text, object, {
      path,
      value: JSON.stringify(value),
      position: sorted ? 'sorted' : 'last',
      linesOfKeys: isOneLine ? 0 : path.length - 1,
      ...(after === undefined ? {} : { after }),
      language: 'JSON',
    }),
  )
}

function withValue(object: unknown, [key, ...inner]: readonly string[], value: string): unknown {
  if (key === undefined) return value
  const members = object as Readonly<Record<string, unknown>> | undefined
  return { ...members, [key]: withValue(members?.[key], inner, value) }
}

/** Appends a text to the array at `key`, or adds that array. Returns `undefined` if the text cannot be edited. */
export function addJsonElement(text: string, key: string, value: string): string | undefined {
  const before = parseJson(text)
  const present = before?.[key] ?? []
  const element = JSON.stringify(value)
  if (!Array.isArray(present)) return undefined
  return editJson(text, { ...before, [key]: [...present, value] }, (object) => {
    const found = findProperty(object, key)?.value
    if (found?.type === 'ArrayExpression') return addElement(text, found, element)
    return addProperty(text, object, {
      path: [key],
      value: `[${element}]`,
      position: 'last',
      language: 'JSON',
    })
  })
}

/** The edited text, if it means what is expected: a literal of JavaScript may mean something else in JSON. */
function editJson(
  text: string,
  expected: unknown,
  edit: (object: ObjectExpression) => readonly Edit[] | undefined,
): string | undefined {
  const object = parseJson(text) && parseLiteral(text)
  const edits = object?.type === 'ObjectExpression' ? edit(object) : undefined
  const edited = edits && applyEdits(text, [...edits])
  return edited !== undefined && isDeepStrictEqual(parseJson(edited), expected) ? edited : undefined
}

/** JSON with comments is an object literal of JavaScript, which Babel parses with the offsets of all commas. */
function parseLiteral(text: string): Expression | undefined {
  try {
    return parseExpression(text)
  } catch {
    // JavaScript allows `__proto__` only once.
    return undefined
  }
}
