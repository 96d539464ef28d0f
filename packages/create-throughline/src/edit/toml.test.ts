import { describe, expect, test } from 'vitest'
import { addTomlElement, addTomlProperty, parseToml } from './toml.ts'

test.each([
  ['a missing quote', 'a = "b\n'],
  ['a key twice', 'a = 1\na = 2\n'],
  ['a table twice', '[a]\n[a]\n'],
  ['a value without a key', '= 1\n'],
  ['a conflict of Git', '<<<<<<< HEAD\na = 1\n'],
])('a text with %s is no TOML', (_, text) => {
  expect(parseToml(text)).toBeUndefined()
})

test('an empty text is an empty table', () => {
  expect(parseToml('')).toEqual({})
})

describe('an element is added', () => {
  const add = (text: string) => addTomlElement(text, 'flags', 'new')
  const FLAGS = 'flags = ["new"]'

  test.each([
    [
      'with the list below the date',
      'compatibility_date = "2026-01-01"\nmain = "a"\n',
      `compatibility_date = "2026-01-01"\n${FLAGS}\nmain = "a"\n`,
    ],
    [
      'below the comment of the date',
      'compatibility_date = "2026-01-01" # a\n',
      `compatibility_date = "2026-01-01" # a\n${FLAGS}\n`,
    ],
    [
      'below a date in the last line',
      'compatibility_date = "2026-01-01"',
      `compatibility_date = "2026-01-01"\n${FLAGS}`,
    ],
    [
      'below a date that is indented',
      '  compatibility_date = 2026-01-01\n',
      `  compatibility_date = 2026-01-01\n${FLAGS}\n`,
    ],
    ['at the end of a text without a date', 'main = "a"\n', `main = "a"\n${FLAGS}\n`],
    ['at the end of a text without a last line break', 'main = "a"', `main = "a"\n${FLAGS}\n`],
    ['before the tables', 'main = "a"\n\n[vars]\nb = 1\n', `main = "a"\n${FLAGS}\n\n[vars]\nb = 1\n`],
    [
      'before the comment of the first table',
      'main = "a"\n\n# Variables\n[vars]\nb = 1\n',
      `main = "a"\n${FLAGS}\n\n# Variables\n[vars]\nb = 1\n`,
    ],
    [
      'before lists of tables',
      'main = "a"\n[[routes]]\nb = 1\n',
      `main = "a"\n${FLAGS}\n[[routes]]\nb = 1\n`,
    ],
    ['first in a text of tables', '[vars]\nb = 1\n', `${FLAGS}\n[vars]\nb = 1\n`],
    ['first in an empty text', '', `${FLAGS}\n`],
    ['with CRLF', 'main = "a"\r\n[vars]\r\n', `main = "a"\r\n${FLAGS}\r\n[vars]\r\n`],
    ['to an empty list', 'flags = []\n', 'flags = ["new"]\n'],
    ['to a list of white space', 'flags = [ ]\n', 'flags = ["new" ]\n'],
    ['to a list', 'flags = ["a"]\n', 'flags = ["new", "a"]\n'],
    ['to a list without spaces', 'flags=["a","b"]\n', 'flags=["new", "a","b"]\n'],
    ['to a list with single quotes', "flags = ['a']\n", 'flags = ["new", \'a\']\n'],
    ['to a list on lines', 'flags = [\n  "a",\n]\n', 'flags = ["new",\n  "a",\n]\n'],
    ['to a list with a space first', 'flags = [ "a" ]\n', 'flags = ["new", "a" ]\n'],
    ['to a list with a comment first', 'flags = [ # a\n  "b"\n]\n', 'flags = ["new", # a\n  "b"\n]\n'],
    ['to an indented list', '\tflags\t=\t["a"]\n', '\tflags\t=\t["new", "a"]\n'],
    [
      'beside a list of the name in a table',
      'main = "a"\n[env.b]\nflags = ["c"]\n',
      `main = "a"\n${FLAGS}\n[env.b]\nflags = ["c"]\n`,
    ],
    [
      'beside a comment with the name',
      '# flags = ["a"]\nmain = "a"\n',
      `# flags = ["a"]\nmain = "a"\n${FLAGS}\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after)
    expect(parseToml(after)?.flags).toContain('new')
  })

  test.each([
    ['a text in place of the list', 'flags = "a"\n'],
    ['a key in quotes', '"flags" = ["a"]\n'],
    ['lists in a list', 'main = "a"\nroutes = [\n  ["b"],\n]\n'],
    ['the line in a text of several lines', 'note = """\nflags = [\n"""\n'],
    ['a date in a text of several lines', 'note = """\ncompatibility_date = 1\n"""\n'],
    ['a syntax error', 'flags = [\n'],
    ['dotted keys', 'flags.a = 1\n'],
  ])('not to a text with %s', (_, text) => {
    expect(add(text)).toBeUndefined()
  })
})

describe('a property is added', () => {
  const add = (text: string) => addTomlProperty(text, 'vars', 'K', 'v')

  test.each([
    ['with the table', 'main = "a"\n', 'main = "a"\n\n[vars]\nK = "v"\n'],
    ['with the table, without a last line break before', 'main = "a"', 'main = "a"\n\n[vars]\nK = "v"\n'],
    ['with the table, below empty lines', 'main = "a"\n\n\n', 'main = "a"\n\n[vars]\nK = "v"\n'],
    ['first in the table', '[vars]\nA = "b"\n', '[vars]\nK = "v"\nA = "b"\n'],
    ['to an empty table at the end', '[vars]', '[vars]\nK = "v"'],
    ['below the comment of the table', '[vars] # a\nA = "b"\n', '[vars] # a\nK = "v"\nA = "b"\n'],
    ['to a table with spaces in its brackets', '  [ vars ]\nA = 1\n', '  [ vars ]\nK = "v"\nA = 1\n'],
    [
      'to the table, not to one of an environment',
      '[env.a.vars]\nA = 1\n[vars]\nB = 1\n',
      '[env.a.vars]\nA = 1\n[vars]\nK = "v"\nB = 1\n',
    ],
    ['above a table in the table', '[vars]\n[vars.a]\nb = 1\n', '[vars]\nK = "v"\n[vars.a]\nb = 1\n'],
    [
      'beside a table in a table that is implied',
      '[vars.a]\nb = 1\n',
      '[vars.a]\nb = 1\n\n[vars]\nK = "v"\n',
    ],
    ['with CRLF', 'a = 1\r\n[vars]\r\nB = 1\r\n', 'a = 1\r\n[vars]\r\nK = "v"\r\nB = 1\r\n'],
    ['beside a table in a comment', '# [vars]\na = 1\n', '# [vars]\na = 1\n\n[vars]\nK = "v"\n'],
    [
      'beside numbers and dates',
      'a = 1.5\nb = 2026-01-01\nc = inf\n',
      'a = 1.5\nb = 2026-01-01\nc = inf\n\n[vars]\nK = "v"\n',
    ],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after)
    expect(parseToml(after)).toMatchObject({ vars: { K: 'v' } })
  })

  test('with the escapes of its value', () => {
    const edited = addTomlProperty('', 'vars', 'K', 'a"\\b\n') ?? ''
    expect(parseToml(edited)).toEqual({ vars: { K: 'a"\\b\n' } })
  })

  test.each([
    ['a table on one line', 'vars = { A = 1 }\n'],
    ['dotted keys', 'vars.A = 1\n'],
    ['a table in quotes', '["vars"]\nA = 1\n'],
    ['a list of tables', '[[vars]]\nA = 1\n'],
    ['a table in a text of several lines', 'note = """\n[vars]\n"""\n'],
    ['a text in place of the table', 'vars = "a"\n'],
    ['a syntax error', '[vars\n'],
  ])('not to a text with %s', (_, text) => {
    expect(add(text)).toBeUndefined()
  })
})
