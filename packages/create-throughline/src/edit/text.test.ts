import { describe, expect, test } from 'vitest'
import { afterCommentAt, indentUnitOf, insertAt, lineIndentAt, newlineOf, withoutComments } from './text.ts'

describe('the line ending', () => {
  test.each([
    ['of Unix', 'a\nb\n', '\n'],
    ['of Windows', 'a\r\nb\r\n', '\r\n'],
    ['of the first line, in a text with both', 'a\r\nb\nc\n', '\r\n'],
    ['of Unix in a text with one of Windows later', 'a\nb\r\n', '\n'],
    ['of Unix in a text of one line', 'a', '\n'],
    ['of Unix in an empty text', '', '\n'],
    ['of Unix after a lone carriage return', 'a\rb\n', '\n'],
  ])('is that %s', (_, text, newline) => {
    expect(newlineOf(text)).toBe(newline)
  })
})

describe('one level of indentation', () => {
  test.each([
    ['two spaces', 'a {\n  b\n}\n', '  '],
    ['four spaces', 'a {\n    b\n}\n', '    '],
    ['a tab', 'a {\n\tb\n}\n', '\t'],
    ['a tab where the first indented line has two', 'a {\n\t\tb\n}\n', '\t'],
    ['two spaces where no line is indented', 'a\nb\n', '  '],
    ['that of code below a documentation comment', '/**\n * a\n */\n{\n    b\n}\n', '    '],
    ['not that of a line of white space', 'a\n      \n  b\n', '  '],
    ['three spaces', 'a\n   b\n', '   '],
  ])('is %s', (_, text, unit) => {
    expect(indentUnitOf(text)).toBe(unit)
  })
})

describe('the indentation of a line', () => {
  test.each([
    ['in the middle of a line', 'a\n  bcd\n', 6, '  '],
    ['at the start of a line', 'a\n  b\n', 2, '  '],
    ['in the first line', '\t a b', 4, '\t '],
    ['of a line without one', 'a\nb', 2, ''],
    ['after CRLF', 'a\r\n\tb', 4, '\t'],
  ])('is found %s', (_, text, offset, indent) => {
    expect(lineIndentAt(text, offset)).toBe(indent)
  })
})

describe('the place after the comment of a line', () => {
  test.each([
    ['is the end of the line after a line comment', 'a, // b\nc', 'a, // b'],
    ['is the end of the line after a block comment', 'a, /* b */\nc', 'a, /* b */'],
    ['is the end of the line after several comments', 'a, /* b */ // c\nd', 'a, /* b */ // c'],
    ['is the end of the line after white space', 'a,  \nc', 'a,  '],
    ['is before the line ending of Windows', 'a, // b\r\nc', 'a, // b'],
    ['is the given one before code', 'a, b // c\n', 'a,'],
    ['is the given one before code that follows a comment', 'a, /* b */ c\n', 'a,'],
    ['is the given one before a comment that ends on a later line', 'a, /* b\n */ c', 'a,'],
    ['is the end of a text without a last line break', 'a, // b', 'a, // b'],
  ])('%s', (_, text, before) => {
    expect(text.slice(0, afterCommentAt(text, 2))).toBe(before)
  })
})

describe('code without its comments', () => {
  test.each([
    ['a line comment', 'a // b\nc', 'a     \nc'],
    ['a block comment', 'a /* b */ c', 'a         c'],
    ['a block comment with stars', 'a /** * **/ c', 'a           c'],
    ['an empty block comment', 'a /**/ c', 'a      c'],
    ['a block comment of two lines, which becomes one line', 'a /*\n*/ b', 'a       b'],
    ['two comments', '/* a */b// c', '       b    '],
    ['a comment that does not end', 'a /* b', 'a /* b'],
    ['no comment', 'a / b * c', 'a / b * c'],
  ])('keeps its offsets: %s', (_, code, without) => {
    expect(withoutComments(code)).toBe(without)
    expect(without).toHaveLength(code.length)
  })
})

test('an insertion replaces nothing', () => {
  expect(insertAt(3, 'a')).toEqual({ offset: 3, length: 0, content: 'a' })
})
