import { describe, expect, test } from 'vitest'
import { addJsonElement, addJsonProperty, parseJson } from './json.ts'

describe('JSON', () => {
  test.each<[string, string, unknown]>([
    ['an object', '{ "a": 1 }', { a: 1 }],
    ['comments', '/* a */ { "a": 1 // b\n}', { a: 1 }],
    ['trailing commas', '{ "a": [1, 2,], }', { a: [1, 2] }],
    ['a key twice, of which the last one counts', '{ "a": 1, "a": 2 }', { a: 2 }],
    ['line endings of Windows', '{\r\n\t"a": 1\r\n}\r\n', { a: 1 }],
    ['escapes', '{ "\\u0061": "\\n" }', { a: '\n' }],
  ])('is parsed with %s', (_, text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  test.each([
    ['nothing', ''],
    ['only a comment', '// a'],
    ['a list', '[]'],
    ['a text', '"a"'],
    ['null', 'null'],
    ['no end', '{ "a": 1'],
    ['two values', '{} {}'],
    ['single quotes', "{ 'a': 1 }"],
    ['a key without quotes', '{ a: 1 }'],
    ['a missing comma', '{ "a": 1 "b": 2 }'],
    ['a conflict of Git', '{\n<<<<<<< HEAD\n  "a": 1\n}'],
  ])('with %s is no object', (_, text) => {
    expect(parseJson(text)).toBeUndefined()
  })
})

describe('a property is added', () => {
  const add = (text: string, ...path: string[]) => addJsonProperty(text, { path, value: 'v', sorted: true })

  test.each([
    ['to an empty object', '{}', '{\n  "s": {\n    "b": "v"\n  }\n}'],
    ['to a package of one line', '{"name":"a"}', '{"name":"a", "s": { "b": "v" }}'],
    [
      'to a package with two spaces',
      '{\n  "name": "a"\n}\n',
      '{\n  "name": "a",\n  "s": {\n    "b": "v"\n  }\n}\n',
    ],
    [
      'to a package with tabs',
      '{\n\t"name": "a"\n}\n',
      '{\n\t"name": "a",\n\t"s": {\n\t\t"b": "v"\n\t}\n}\n',
    ],
    [
      'to a package with CRLF',
      '{\r\n  "name": "a"\r\n}',
      '{\r\n  "name": "a",\r\n  "s": {\r\n    "b": "v"\r\n  }\r\n}',
    ],
    ['to an empty section', '{\n  "s": {}\n}\n', '{\n  "s": {\n    "b": "v"\n  }\n}\n'],
    [
      'between two',
      '{\n  "s": {\n    "a": "1",\n    "c": "1"\n  }\n}\n',
      '{\n  "s": {\n    "a": "1",\n    "b": "v",\n    "c": "1"\n  }\n}\n',
    ],
    [
      'to a section of one line',
      '{ "s": { "a": "1", "c": "1" } }',
      '{ "s": { "a": "1", "b": "v", "c": "1" } }',
    ],
    [
      'beside a trailing comma',
      '{\n  "s": {\n    "a": "1",\n  },\n}\n',
      '{\n  "s": {\n    "a": "1",\n    "b": "v",\n  },\n}\n',
    ],
    [
      'beside comments',
      '{ // x\n  /* y */ "s": { // z\n    "a": "1" // 1\n  }\n}\n',
      '{ // x\n  /* y */ "s": { // z\n    "a": "1", // 1\n    "b": "v"\n  }\n}\n',
    ],
    ['to an object of one comment', '{ /* none */ }', '{\n  "s": {\n    "b": "v"\n  } /* none */ }'],
    ['without a last line break', '{\n  "s": { }\n}', '{\n  "s": {\n    "b": "v"\n  }\n}'],
  ])('%s', (_, before, after) => {
    expect(add(before, 's', 'b')).toBe(after)
    expect(add(after, 's', 'b')).toBe(after)
    expect(parseJson(after)).toMatchObject({ s: { b: 'v' } })
  })

  test('at the end, unless it is sorted', () => {
    const text = '{ "b": "1", "a": "1" }'
    expect(addJsonProperty(text, { path: ['0'], value: 'v' })).toBe('{ "b": "1", "a": "1", "0": "v" }')
  })

  test('after a key', () => {
    const text = '{\n  "builder": "x",\n  "options": {}\n}'
    expect(addJsonProperty(text, { path: ['new'], value: 'v', after: 'builder' })).toBe(
      '{\n  "builder": "x",\n  "new": "v",\n  "options": {}\n}',
    )
  })

  test('on one line, if it is wanted', () => {
    const text = '{\n  "a": "1"\n}'
    expect(addJsonProperty(text, { path: ['b', 'c'], value: 'v', isOneLine: true })).toBe(
      '{\n  "a": "1",\n  "b": { "c": "v" }\n}',
    )
  })

  test('with the escapes of its key and value', () => {
    const edited = addJsonProperty('{}', { path: ['a"\\b'], value: 'c"\\d\n' })
    expect(edited && parseJson(edited)).toEqual({ 'a"\\b': 'c"\\d\n' })
  })

  test.each([
    ['a section that is null', '{ "s": null }'],
    ['a section that is a text', '{ "s": "a" }'],
    ['a section that is a list', '{ "s": ["a"] }'],
    ['the section twice', '{ "s": {}, "s": {} }'],
    ['another value of the property', '{ "s": { "b": "other" } }'],
    ['a syntax error', '{ "s": {'],
    ['`__proto__` twice', '{ "__proto__": {}, "__proto__": {} }'],
    ['nothing', ''],
  ])('not to a text with %s', (_, text) => {
    expect(add(text, 's', 'b')).toBeUndefined()
  })
})

describe('an element is added', () => {
  const add = (text: string) => addJsonElement(text, 'flags', 'new')

  test.each([
    ['with the list', '{\n  "a": 1\n}', '{\n  "a": 1,\n  "flags": ["new"]\n}'],
    ['to an empty list', '{ "flags": [] }', '{ "flags": [\n  "new"\n] }'],
    ['to a list of one line', '{ "flags": ["a"] }', '{ "flags": ["a", "new"] }'],
    [
      'to a list of lines',
      '{\n\t"flags": [\n\t\t"a"\n\t]\n}',
      '{\n\t"flags": [\n\t\t"a",\n\t\t"new"\n\t]\n}',
    ],
    ['beside a trailing comma', '{ "flags": ["a",], }', '{ "flags": ["a", "new",], }'],
    ['beside a comment', '{ "flags": [\n  "a" // b\n] }', '{ "flags": [\n  "a", // b\n  "new"\n] }'],
    [
      'with CRLF',
      '{\r\n  "flags": [\r\n    "a"\r\n  ]\r\n}',
      '{\r\n  "flags": [\r\n    "a",\r\n    "new"\r\n  ]\r\n}',
    ],
    ['to an object of one line', '{}', '{\n  "flags": ["new"]\n}'],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after)
  })

  test.each([
    ['a text in place of the list', '{ "flags": "a" }'],
    ['the list twice', '{ "flags": ["a"], "flags": ["b"] }'],
    ['an object in place of the list', '{ "flags": {} }'],
    ['a syntax error', '{ "flags": ['],
  ])('not to a text with %s', (_, text) => {
    expect(add(text)).toBeUndefined()
  })
})
