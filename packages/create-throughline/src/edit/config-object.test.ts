import { describe, expect, test } from 'vitest'
import { findConfigObject, findConfigObjects, followName, mayHold } from './config-object.ts'
import { parseModule } from './module.ts'

/** The code of the objects, or `undefined`. */
function find(text: string, key?: string): string[] | undefined {
  const module = parseModule('a.ts', text)
  const found = module && findConfigObjects(module, key)
  return found?.map(({ object }) => text.slice(object.start ?? 0, object.end ?? 0))
}

describe('the object of a configuration is found', () => {
  test.each([
    ['the default export', 'export default { a }'],
    ['a default export in parentheses', 'export default ({ a })'],
    ['`defineConfig`', 'export default defineConfig({ a })'],
    ['`defineNuxtConfig`', 'export default defineNuxtConfig({ a })'],
    ['`defineConfig` with types', 'export default defineConfig<A>({ a } as A)'],
    ['`defineConfig` of a name', 'const c = { a }\nexport default defineConfig(c)'],
    ['`defineConfig` of `defineConfig`', 'export default defineConfig(defineConfig({ a }))'],
    ['`module.exports`', 'module.exports = { a }'],
    ['`exports.default`', 'exports.default = { a }'],
    ['`export =`', 'export = { a }'],
    ['`export { … as default }`', 'const c = { a }\nexport { c as default }'],
    ['an export by a text', "const c = { a }\nexport { c as 'default' }"],
    ['an exported constant', 'export const c = { a }\nexport default c'],
    ['a constant of a constant', 'const b = { a }\nconst c = b\nexport default c'],
    ['a constant below the export', 'export default c\nconst c = { a }'],
    ['an arrow function', 'export default () => ({ a })'],
    ['an asynchronous arrow function', 'export default async () => ({ a })'],
    ['a function expression', 'export default defineConfig(function (env) { return { a } })'],
    ['a function declaration', 'export default function () { return { a } }'],
    ['a function by its name', 'const c = () => ({ a })\nexport default c'],
    ['a call of a function', 'function c() { return { a } }\nexport default c()'],
    ['a call of an awaited function', 'const c = async () => ({ a })\nexport default await c()'],
    ['a constant of a function', 'export default () => {\n  const c = { a }\n  return c\n}'],
    [
      'a function for each phase of Next.js',
      'module.exports = (phase) => {\n  if (phase) log()\n  return { a }\n}',
    ],
    [
      'a function with overloads',
      'export default function c(): A\nexport default function c() { return { a } }',
    ],
    ['the arguments of `mergeConfig`', 'export default mergeConfig({ a }, { b })'],
    [
      'a function with functions inside',
      'export default () => {\n  const b = () => { return 1 }\n  class D { e() { return 2 } }\n  return { a }\n}',
    ],
    ['a condition with one object', 'const c = { a }\nexport default d ? c : c'],
  ])('in %s', (_, text) => {
    expect(find(text)).toEqual(['{ a }'])
    const module = parseModule('a.ts', text)
    expect(module && findConfigObject(module)).toBeDefined()
  })
})

test.each([
  ['a condition', 'export default d ? { a } : { b }'],
  ['conditions in conditions', 'export default d ? { a } : d ? { a: 1 } : { b }'],
  ['returns', 'export default () => {\n  if (d) return { a }\n  return { b }\n}'],
  [
    'a switch',
    'export default () => {\n  switch (d) {\n    case 1:\n      return { a }\n    default:\n      return { b }\n  }\n}',
  ],
  ['a loop', 'export default () => {\n  for (;;) {\n    if (d) return { a }\n    else return { b }\n  }\n}'],
])('all objects of %s are found, and none is the only one', (_, text) => {
  const found = find(text)
  expect([found?.[0], found?.at(-1)]).toEqual([expect.stringMatching(/^\{ a/), '{ b }'])
  const module = parseModule('a.ts', text)
  expect(module && findConfigObject(module)).toBeUndefined()
})

describe('the object of a configuration is not found', () => {
  test.each([
    ['no export', 'const c = {}'],
    ['another export', 'export const c = {}'],
    ['an export of another module', "export { default } from './c'"],
    ['a class', 'export default class {}'],
    ['a list', 'export default []'],
    ['a text', "export default 'a'"],
    ['a list of configurations', 'export default defineConfig([{}, {}])'],
    ['no argument', 'export default defineConfig()'],
    ['a spread argument', 'export default defineConfig(...a)'],
    ['an import', "import c from 'c'\nexport default c"],
    ['a wrapper of an import', "import w from 'w'\nexport default w({})"],
    [
      'a wrapper that a function of an import made',
      "import m from 'm'\nconst w = m({})\nexport default w({})",
    ],
    ['a method of an object', 'export default a.b({})'],
    ['a member', 'export default a.b'],
    ['a logical expression', 'export default a || {}'],
    ['an assignment', 'let c\nexport default c = {}'],
    ['a parameter', 'export default (c) => c'],
    ['a parameter of a wrapper', 'const w = (c) => c\nexport default w({})'],
    ['a function that returns nothing', 'export default () => {}'],
    ['a function that returns no value', 'export default () => {\n  return\n}'],
    ['a function that throws', 'export default () => {\n  throw 1\n}'],
    ['a promise', 'export default new Promise(a)'],
    ['one branch of a condition', 'export default a ? {} : b'],
    [
      'a long chain of names',
      `const a0 = {}\n${Array.from({ length: 12 }, (_, i) => `const a${i + 1} = a${i}\n`).join('')}export default a12`,
    ],
    [
      'functions that call each other',
      'function a() { return b() }\nfunction b() { return a() }\nexport default a()',
    ],
    ['a parameter with the name of a function', 'function c() { return {} }\nexport default (c) => c()'],
    ['an assignment to another member', 'module.exports.a = {}'],
    ['`mergeConfig` of one unknown value', 'export default mergeConfig(a)'],
    ['`mergeConfig` of the result of a method', 'export default mergeConfig(a.b(), {})'],
    ['`mergeConfig` of a value that the module makes', 'export default mergeConfig(new A(), {})'],
  ])('in %s', (_, text) => {
    expect(find(text)).toBeUndefined()
  })
})

describe('a constant whose members are used', () => {
  const withCode = (code: string) => `const c = { x: 1 }\n${code}\nexport default c`

  test.each([
    'c.x = 2',
    'c?.x',
    'c!.x = 2',
    '(c as any).x = 2',
    '(c as unknown as A) .x = 2',
    'c .x = 2',
    'c\n  .x = 2',
    "c['x'] = 2",
    "c!['x'] = 2",
    'Object.assign(c, a)',
    'delete c.x',
  ])('is not the configuration after `%s`', (code) => {
    expect(find(withCode(code))).toBeUndefined()
    expect(find(withCode(code), 'x')).toBeUndefined()
  })

  test.each(['a.c.x = 2', "f('c.x')", 'f({ ...c })', 'abc.x = 2', '"c.x"', './c.x'])(
    'is the configuration beside `%s`',
    (code) => {
      expect(find(withCode(code.startsWith('./') ? `import '${code}'` : code))).toEqual(['{ x: 1 }'])
    },
  )

  test('is not the configuration, also if its name has a dollar sign', () => {
    expect(find('const $c = { x: 1 }\n$c.x = 2\nexport default $c')).toBeUndefined()
    expect(find('const c$ = { x: 1 }\nc$.x = 2\nexport default c$')).toBeUndefined()
    expect(find('const c$ = { x: 1 }\nc.x = 2\nexport default c$')).toEqual(['{ x: 1 }'])
  })

  test('is the configuration if only other members than the key are used', () => {
    expect(find(withCode('c.y.push(1)'), 'x')).toEqual(['{ x: 1 }'])
    expect(find(withCode('c.xy = 1'), 'x')).toEqual(['{ x: 1 }'])
    expect(find(withCode('c.y.push(1)'), 'y')).toBeUndefined()
  })
})

test.each<[string, string, string[]]>([
  ['an import', "import b from './b'\nexport default mergeConfig(b, {})", ['./b']],
  ['an import of a name', "import { b } from './b'\nexport default mergeConfig(b, {})", ['./b']],
  ['a call of an import', "import { b } from './b'\nexport default mergeConfig(b(1), {})", ['./b']],
  [
    'an awaited call',
    "import { b } from './b'\nexport default async () => mergeConfig(await b(), {})",
    ['./b'],
  ],
  ['`require`', "const b = require('./b')\nmodule.exports = mergeConfig(b, {})", ['./b']],
  ['`require` in place', "module.exports = mergeConfig(require('./b'), {})", ['./b']],
  [
    'two calls',
    "import a from './a'\nimport b from './b'\nexport default mergeConfig(a, mergeConfig(b, {}))",
    ['./b', './a'],
  ],
  ['a literal', 'export default mergeConfig({}, {})', []],
])('the bases of `mergeConfig` are named for %s', (_, text, bases) => {
  const module = parseModule('a.ts', text)
  const found = module && findConfigObjects(module)
  expect(found?.map((each) => each.bases)).toEqual([bases])
})

describe('what is spread into an object', () => {
  /** Whether the first spread of the default export may have the key `k`. */
  function mayHoldKey(text: string): boolean | undefined {
    const module = parseModule('a.ts', text)
    const [config] = (module && findConfigObjects(module)) ?? []
    const [spread] = config?.object.properties ?? []
    return config && spread?.type === 'SpreadElement'
      ? mayHold(config.scope, spread.argument, 'k')
      : undefined
  }

  test.each([
    'export default { ...{ k: 1 } }',
    "export default { ...{ 'k': 1 } }",
    'export default { ...{ k() {} } }',
    'export default { ...{ [a]: 1 } }',
    'export default { ...{ ...b } }',
    'export default { ...(a ? {} : { k: 1 }) }',
    'export default { ...(a && { k: 1 }) }',
    'export default { ...(a || {}) }',
    'export default { ...(a ?? {}) }',
    'export default { ...a() }',
    'export default { ...a.b }',
    'export default { ...(await a) }',
    "import a from 'a'\nexport default { ...a }",
    'let a = {}\nexport default { ...a }',
    'const a = { k: 1 }\nexport default { ...a }',
    'const a = {}\na.k = 1\nexport default { ...a }',
    'const a = { ...a }\nexport default { ...a }',
  ])('may have a key: %s', (text) => {
    expect(mayHoldKey(text)).toBe(true)
  })

  test.each([
    'export default { ...{} }',
    'export default { ...{ a: 1, b() {} } }',
    'export default { ...{ ...{ a: 1 } } }',
    'export default { ...(a ? {} : { b: 1 }) }',
    'export default { ...(a && { b: 1 }) }',
    'export default { ...({} ?? { b: 1 }) }',
    'const a = { b: 1 }\nexport default { ...a }',
    'const a = { b: 1 }\nexport default { ...(a as A) }',
    'export default () => {\n  const a = { b: 1 }\n  return { ...a }\n}',
  ])('has not the key: %s', (text) => {
    expect(mayHoldKey(text)).toBe(false)
  })
})

test.each([
  ['a constant', 'const s = { a: 1 }\nexport default { s }', 'ObjectExpression'],
  ['a constant with a type', 'const s = { a: 1 } as A\nexport default { s }', 'ObjectExpression'],
  ['a constant whose member is used', 'const s = {}\ns.b = 1\nexport default { s }', 'Identifier'],
  ['a variable', 'let s = {}\nexport default { s }', 'Identifier'],
  ['a literal', 'export default { s: { a: 1 } }', 'ObjectExpression'],
  ['a call', 'export default { s: make() }', 'CallExpression'],
])('a value is followed to %s', (_, text, type) => {
  const module = parseModule('a.ts', text)
  const [config] = (module && findConfigObjects(module)) ?? []
  const [member] = config?.object.properties ?? []
  const value = member?.type === 'ObjectProperty' ? member.value : undefined
  expect(config && value && followName(config.scope, value as typeof config.object).type).toBe(type)
})
