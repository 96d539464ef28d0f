import { describe, expect, test } from 'vitest'
import { countBindings } from './count-bindings.ts'
import { findCalls } from './find-calls.ts'
import { parseModule } from './module.ts'

const statementsOf = (text: string) => parseModule('a.ts', text)?.statements ?? []

describe('the declarations of a name are counted', () => {
  test.each<[string, number, string]>([
    ['a variable', 1, 'const a = 1'],
    ['a variable without a value', 1, 'let a'],
    ['variables of one declaration', 1, 'const b = a, a = 1'],
    ['a pattern', 1, 'const { a } = b'],
    ['a pattern with another name', 0, 'const { a: b } = c'],
    ['the new name of a pattern', 1, 'const { b: a } = c'],
    ['a pattern with a default', 1, 'const { b = a, a = b } = c'],
    ['a pattern of a list', 1, 'const [, [a]] = b'],
    ['the rest of a list', 1, 'const [...a] = b'],
    ['the rest of an object', 1, 'const { ...a } = b'],
    ['a parameter', 1, 'function b(a) {}'],
    ['a parameter with a default', 1, 'const b = (a = 1) => {}'],
    ['a parameter of rest', 1, 'const b = function (...a) {}'],
    ['a parameter of a method', 1, 'const b = { c(a) {} }'],
    ['a parameter of a method of a class', 1, 'class B { c(a) {} }'],
    ['a parameter that is a property', 1, 'class B { constructor(private a: C) {} }'],
    ['a function', 1, 'function a() {}'],
    ['a function expression', 1, 'b(function a() {})'],
    ['a class', 1, 'class a {}'],
    ['a caught error', 1, 'try {} catch (a) {}'],
    ['an import', 1, "import { b as a } from 'b'"],
    ['a default import', 1, "import a from 'b'"],
    ['a namespace', 1, "import * as a from 'b'"],
    ['the name that a module exports', 0, "import { a as b } from 'b'"],
    ['a block inside a function', 2, 'const a = 1\nfunction b() { if (c) { const a = 2 } }'],
    ['a loop', 1, 'for (const a of b) {}'],
    ['a use', 0, 'a.b(a, { a })'],
    ['a key', 0, 'const b = { a: 1 }'],
    ['a text', 0, "const b = 'a'"],
    ['an assignment', 0, 'a = 1'],
  ])('in %s: %i', (_, count, text) => {
    expect(countBindings(statementsOf(text), 'a')).toBe(count)
  })

  test.each([undefined, null, 1, 'a', {}, []])('in %j there is none', (node) => {
    expect(countBindings(node, 'a')).toBe(0)
  })
})

describe('the calls of a name are found', () => {
  test.each<[string, number, string]>([
    ['a call', 1, 'f()'],
    ['a method', 1, 'a.f()'],
    ['a method of a call', 2, 'f().f()'],
    ['an argument', 2, 'f(f())'],
    ['a function', 1, 'const a = () => { if (b) f() }'],
    ['a class', 1, 'class A { b = f(); c() {} }'],
    ['an awaited call', 1, 'await f()'],
    ['a condition', 2, 'a ? f() : f()'],
    ['a constructor, which is no call', 0, 'new f()'],
    ['a computed method by its text', 0, "a['f']()"],
    ['a use', 0, 'a(f)'],
    ['a comment', 0, '// f()'],
    ['a tag', 0, 'f`a`'],
  ])('in %s: %i', (_, count, text) => {
    expect(findCalls(statementsOf(text), 'f')).toHaveLength(count)
  })

  test('the outer call is before those in it', () => {
    const text = 'f(1, f(2))'
    const found = findCalls(statementsOf(text), 'f')
    expect(found.map(({ start, end }) => text.slice(start ?? 0, end ?? 0))).toEqual([text, 'f(2)'])
  })
})
