import { type ParserOptions, parseExpression } from '@babel/parser'
import type { ArrayExpression, Expression, ObjectExpression } from '@babel/types'
import { applyEdits } from 'jsonc-parser'
import { describe, expect, test } from 'vitest'
import { addElement, addProperty, findProperty, keyOf, type NewProperty, unwrap } from './object.ts'

const OPTIONS: ParserOptions = { createParenthesizedExpressions: true, plugins: ['typescript'] }
const parseObject = (text: string) => parseExpression(text, OPTIONS) as ObjectExpression

/** The text with a property, `unchanged` if it has it, and `undefined` if it cannot be added safely. */
function add(text: string, path: string, options: Partial<NewProperty> = {}): string | undefined {
  const edits = addProperty(text, parseObject(text), {
    path: path.split('.'),
    value: '1',
    position: 'last',
    language: 'JavaScript',
    ...options,
  })
  return edits?.length === 0 ? 'unchanged' : edits && applyEdits(text, [...edits])
}

describe('a property is added last', () => {
  test.each([
    ['to an empty object', '{}', '{\n  b: 1,\n}'],
    ['to an object of white space', '{ \n}', '{\n  b: 1,\n}'],
    ['to an object of one comment', '{ /* a */ }', '{\n  b: 1, /* a */ }'],
    ['to an object of a line comment', '{ // a\n}', '{\n  b: 1, // a\n}'],
    ['on one line', '{ a: 0 }', '{ a: 0, b: 1 }'],
    ['on one line without spaces', '{a:0}', '{a:0, b: 1}'],
    ['on one line with a trailing comma', '{ a: 0, }', '{ a: 0, b: 1, }'],
    ['on a line of its own', '{\n  a: 0,\n}', '{\n  a: 0,\n  b: 1,\n}'],
    ['after a last member without a comma', '{\n  a: 0\n}', '{\n  a: 0,\n  b: 1\n}'],
    ['in the indentation of the members', '{\n        a: 0,\n}', '{\n        a: 0,\n        b: 1,\n}'],
    ['with tabs', '{\n\ta: 0,\n}', '{\n\ta: 0,\n\tb: 1,\n}'],
    ['with CRLF', '{\r\n  a: 0\r\n}', '{\r\n  a: 0,\r\n  b: 1\r\n}'],
    [
      'after a member of several lines',
      '{\n  a: {\n    c: 0\n  }\n}',
      '{\n  a: {\n    c: 0\n  },\n  b: 1\n}',
    ],
    ['where the first member is on the line of the brace', '{ a: 0,\n  c: 0 }', '{ a: 0,\n  c: 0, b: 1 }'],
    ['before a comma on the next line', '{\n  a: 0\n  ,\n}', '{\n  a: 0\n  ,\n  b: 1,\n}'],
    ['after a comment with a comma', '{\n  a: 0 /* x, y */\n}', '{\n  a: 0, /* x, y */\n  b: 1\n}'],
    ['after a method', '{ a() {} }', '{ a() {}, b: 1 }'],
    ['after a shorthand', '{\n  a,\n}', '{\n  a,\n  b: 1,\n}'],
    ['after a member in parentheses', '{ a: (0) }', '{ a: (0), b: 1 }'],
  ])('%s', (_, before, after) => {
    expect(add(before, 'b')).toBe(after)
    expect(add(after, 'b')).toBe('unchanged')
  })
})

describe('a property is added first', () => {
  test.each([
    ['on one line', '{ a: 0 }', '{ b: 1, a: 0 }'],
    ['on a line of its own', '{\n  a: 0,\n}', '{\n  b: 1,\n  a: 0,\n}'],
    ['below the comment of the brace', '{ // x\n  a: 0,\n}', '{ // x\n  b: 1,\n  a: 0,\n}'],
    ['above the comment of the first member', '{\n  // x\n  a: 0,\n}', '{\n  b: 1,\n  // x\n  a: 0,\n}'],
    ['before a spread', '{ ...a }', '{ b: 1, ...a }'],
    ['before a computed key', '{ [a]: 0 }', '{ b: 1, [a]: 0 }'],
    ['to an empty object', '{}', '{\n  b: 1,\n}'],
  ])('%s', (_, before, after) => {
    expect(add(before, 'b', { position: 'first' })).toBe(after)
  })
})

describe('a property is added in alphabetical order', () => {
  const sorted = { position: 'sorted', language: 'JSON' } as const

  test.each([
    ['between two', '{ "a": 0, "c": 0 }', '{ "a": 0, "b": 1, "c": 0 }'],
    ['before the first', '{ "c": 0 }', '{ "b": 1, "c": 0 }'],
    ['after the last', '{ "a": 0 }', '{ "a": 0, "b": 1 }'],
    ['before the first key that is greater', '{ "z": 0, "a": 0 }', '{ "b": 1, "z": 0, "a": 0 }'],
    ['on a line of its own', '{\n  "a": 0,\n  "c": 0\n}', '{\n  "a": 0,\n  "b": 1,\n  "c": 0\n}'],
    [
      'after the comma, which a comment with a comma precedes',
      '{\n  "a": 0 /* x, y */,\n  "c": 0\n}',
      '{\n  "a": 0 /* x, y */,\n  "b": 1,\n  "c": 0\n}',
    ],
    [
      'after the comment behind the comma',
      '{\n  "a": 0, // x\n  "c": 0\n}',
      '{\n  "a": 0, // x\n  "b": 1,\n  "c": 0\n}',
    ],
  ])('%s', (_, before, after) => {
    expect(add(before, 'b', sorted)).toBe(after)
  })

  test('a key after which it stands has precedence over the order', () => {
    const text = '{ "x": 0, "a": 0 }'
    expect(add(text, 'b', { ...sorted, after: 'x' })).toBe('{ "x": 0, "b": 1, "a": 0 }')
    expect(add(text, 'b', { ...sorted, after: 'none' })).toBe('{ "b": 1, "x": 0, "a": 0 }')
  })
})

describe('the objects around a property', () => {
  test.each<[string, string, string, Partial<NewProperty>, string]>([
    ['are created on one line', '{}', 'a.b.c', {}, '{\n  a: { b: { c: 1 } },\n}'],
    ['are created on lines', '{}', 'a.b', { linesOfKeys: 1 }, '{\n  a: {\n    b: 1,\n  },\n}'],
    [
      'are created on as many lines as wanted',
      '{\n\tx: 0,\n}',
      'a.b.c',
      { linesOfKeys: 1 },
      '{\n\tx: 0,\n\ta: {\n\t\tb: { c: 1 },\n\t},\n}',
    ],
    [
      'are created in JSON without commas',
      '{}',
      'a.b',
      { language: 'JSON', linesOfKeys: 1 },
      '{\n  "a": {\n    "b": 1\n  }\n}',
    ],
    [
      'are joined to one line in an object of one line',
      '{ x: 0 }',
      'a.b',
      { linesOfKeys: 1 },
      '{ x: 0, a: { b: 1 } }',
    ],
    ['are those of the text', '{ a: { x: 0 } }', 'a.b', {}, '{ a: { x: 0, b: 1 } }'],
    ['may have keys in quotes', `{ 'a': { "x": 0 } }`, 'a.b', {}, `{ 'a': { "x": 0, b: 1 } }`],
    ['may have types', '{ a: { x: 0 } as A }', 'a.b', {}, '{ a: { x: 0, b: 1 } as A }'],
    ['may be in parentheses', '{ a: ({ x: 0 }) }', 'a.b', {}, '{ a: ({ x: 0, b: 1 }) }'],
  ])('%s', (_, ...[before, path, options, after]) => {
    expect(add(before, path, options)).toBe(after)
    expect(add(after, path, options)).toBe('unchanged')
  })
})

test.each([
  ['/v1/traces', {}, "'/v1/traces': 1"],
  ['/v1/traces', { quote: '"' }, '"/v1/traces": 1'],
  ['$a_1', {}, '$a_1: 1'],
  ['1a', {}, "'1a': 1"],
  ['a-b', {}, "'a-b': 1"],
  ['a', { language: 'JSON' }, '"a": 1'],
] as const)('the key %s with %j is written as %s', (key, options, member) => {
  expect(add('{ x: 0 }', key.replaceAll('.', '_'), options)).toBe(`{ x: 0, ${member} }`)
})

describe('nothing is added', () => {
  test.each([
    ['after a spread that may have the key', '{ ...a }', 'b'],
    ['to an object before such a spread', '{ b: {}, ...a }', 'b.c'],
    ['to an object with a spread inside', '{ b: { ...a } }', 'b.c'],
    ['beside a computed key', '{ [a]: 0 }', 'b'],
    ['to an object before a computed key', '{ b: {}, [a]: {} }', 'b.c'],
    ['to the first of two members with the key', '{ b: {}, b: { d: 0 } }', 'b.c'],
    ['beside a method with the key', '{ b() {} }', 'b'],
    ['beside a getter with the key', '{ get b() { return 1 } }', 'b'],
    ['to a text', "{ b: 'x' }", 'b.c'],
    ['to an array', '{ b: [] }', 'b.c'],
    ['to a variable', '{ b: x }', 'b.c'],
    ['to the result of a call', '{ b: x() }', 'b.c'],
    ['to a condition', '{ b: x ? {} : {} }', 'b.c'],
    ['to null', '{ b: null }', 'b.c'],
  ])('%s', (_, text, path) => {
    expect(add(text, path)).toBeUndefined()
  })

  test('to a property that is present, with any value and any form of its key', () => {
    for (const text of ['{ b: x }', "{ 'b': 0 }", '{ b }', '{ ...a, b: undefined }'])
      expect(add(text, 'b')).toBe('unchanged')
  })
})

test('a spread that cannot have the key is passed', () => {
  const asked: string[] = []
  const mayHold = (_: Expression, key: string) => asked.push(key) === 0
  expect(add('{ ...a, x: 0 }', 'b', { mayHold })).toBe('{ ...a, x: 0, b: 1 }')
  expect(asked).toEqual(['b'])
})

test('a name on the way is followed to its value', () => {
  const value = parseObject('{ x: 0 }')
  const followName = (each: Expression) => (each.type === 'Identifier' ? value : each)
  expect(
    addProperty('{ x: 0 }', parseObject('{ b: a }'), {
      path: ['b', 'c'],
      value: '1',
      position: 'last',
      language: 'JavaScript',
      followName,
    }),
  ).toEqual([{ offset: 6, length: 0, content: ', c: 1' }])
})

describe('an element is added', () => {
  const addTo = (text: string, position?: 'first' | 'last') =>
    applyEdits(text, [...addElement(text, parseExpression(text) as ArrayExpression, '1', position)])

  test.each([
    ['to an empty array', '[]', '[\n  1\n]', '[\n  1\n]'],
    ['on one line', '[0]', '[0, 1]', '[1, 0]'],
    ['on one line with a trailing comma', '[0,]', '[0, 1,]', '[1, 0,]'],
    ['on a line of its own', '[\n  0\n]', '[\n  0,\n  1\n]', '[\n  1,\n  0\n]'],
    ['on a line of its own with a trailing comma', '[\n  0,\n]', '[\n  0,\n  1,\n]', '[\n  1,\n  0,\n]'],
    ['beside a comment', '[\n  0, // a\n]', '[\n  0, // a\n  1,\n]', '[\n  1,\n  0, // a\n]'],
    ['after a hole', '[, 0]', '[, 0, 1]', '[, 1, 0]'],
  ])('%s', (_, before, last, first) => {
    expect(addTo(before)).toBe(last)
    expect(addTo(before, 'first')).toBe(first)
  })
})

test.each([
  ['a name', '{ a: 0 }', 'a'],
  ['a text', "{ 'a b': 0 }", 'a b'],
  ['a number, which has none', '{ 1: 0 }', ''],
  ['a spread, which has none', '{ ...a }', ''],
  ['a method', '{ a() {} }', 'a'],
])('the key of a member is %s', (_, text, key) => {
  expect(parseObject(text).properties.map(keyOf)).toEqual([key])
})

test.each(['a', '(a)', '((a))', 'a as B', 'a satisfies B', 'a!', '<B>a', '(<B>a as C)!'])(
  'the expression %s is `a` without its types',
  (text) => {
    expect(unwrap(parseExpression(text, OPTIONS))).toMatchObject({ type: 'Identifier', name: 'a' })
  },
)

test('a property is found by its name and by its text, and not by a computed one', () => {
  const object = parseObject("{ [a]: 0, 'b': 1, c: 2, d() {} }")
  expect(['a', 'b', 'c', 'd'].map((key) => findProperty(object, key) !== undefined)).toEqual([
    false,
    true,
    true,
    false,
  ])
})
