import { applyEdits } from 'jsonc-parser'
import { describe, expect, test } from 'vitest'
import {
  endOf,
  findConstant,
  findDeclaration,
  importedName,
  importSource,
  importsFrom,
  inStyleOf,
  insertFirst,
  insertStatements,
  type Module,
  mentions,
  parseModule,
  startWithComments,
} from './module.ts'

function parse(text: string, path = 'a.ts'): Module {
  const module = parseModule(path, text)
  if (!module) throw new Error(`${path} has a syntax error:\n${text}`)
  return module
}

describe('a module is parsed', () => {
  test.each([
    ['.ts', 'const a = <A>b'],
    ['.mts', 'enum A {}'],
    ['.cts', 'export = {}'],
    ['.tsx', 'const a: A = <a />'],
    ['.js', 'const a = <a />'],
    ['.jsx', 'const a = <a />'],
    ['.mjs', 'await a()'],
    ['.cjs', 'return'],
    ['.js', '#!/usr/bin/env node\na()'],
    ['.js', 'with (a) b()'],
    ['.ts', '@a() class B { constructor(@c() d) {} }'],
    ['.ts', 'class A { @b() accessor c = 1 }'],
    ['.ts', "import a from './a.json' with { type: 'json' }"],
    ['.ts', 'type A = { readonly [B in C]?: D }\ndeclare module "x" {}'],
    ['.ts', ''],
  ])('with the ending %s: %s', (ending, text) => {
    expect(parseModule(`src/a${ending}`, text)?.text).toBe(text)
  })

  test.each([
    ['types in JavaScript', 'a.js', 'const a: A = 1'],
    ['JSX in TypeScript', 'a.ts', 'const a = <a />'],
    ['a template of Vue', 'a.ts', '<template><p /></template>'],
    ['a conflict of Git', 'a.ts', '<<<<<<< HEAD\na()\n'],
    ['no end', 'a.ts', 'a('],
    ['a name twice', 'a.ts', 'const a = 1\nconst a = 2'],
    ['a placeholder of a template', 'a.ts', 'const a = {{ name }}'],
  ])('unless it has %s', (_, path, text) => {
    expect(parseModule(path, text)).toBeUndefined()
  })

  test.each([
    ['a.ts', true],
    ['a.mts', true],
    ['a.tsx', true],
    ['a.js', false],
    ['ts/a.mjs', false],
  ])('the language of %s is TypeScript: %s', (path, isTypeScript) => {
    expect(parse('', path).isTypeScript).toBe(isTypeScript)
  })
})

describe('the style of a module', () => {
  test.each([
    ['semicolons', 'import a from "a";', ';'],
    ['none after an import', "import a from 'a'\na();", ''],
    ['semicolons of an exported variable', 'export const a = 1;', ';'],
    ['semicolons after a function', 'function a() {}\na();', ';'],
    ['none where a semicolon protects the next line', 'a()\n;[1].map(a)', ''],
    ['semicolons of a default export', 'export default {};', ';'],
    ['none in an empty module', '', ''],
    ['none where only functions are declared', 'function a() {}', ''],
  ])('has %s', (_, text, semicolon) => {
    expect(parse(text).semicolon).toBe(semicolon)
  })

  test.each([
    ['double quotes', 'import a from "a"\nconst b = \'b\'', '"'],
    ['single quotes', 'import a from \'a\'\nconst b = "b"', "'"],
    ['single quotes without a text', 'a(`b`)', "'"],
    ['those of the code, not of a comment', '// "a"\nimport a from \'a\'', "'"],
  ])('has %s', (_, text, quote) => {
    expect(parse(text).quote).toBe(quote)
  })

  test('is that in which code is written', () => {
    const style = { semicolon: '', quote: '"', newline: '\r\n', indent: '\t' } as const
    expect(inStyleOf(style, "a('b');\n  c = ';';\n    d;")).toBe('a("b")\r\n\tc = ";"\r\n\t\td')
    const other = { semicolon: ';', quote: "'", newline: '\n', indent: '    ' } as const
    expect(inStyleOf(other, "a('b');\n  c")).toBe("a('b');\n    c")
  })
})

describe('an import is inserted first', () => {
  const insert = (text: string) => applyEdits(text, [insertFirst(parse(text, 'a.tsx'), "import 'x';")])

  test.each([
    ['before the imports', "import a from 'a'\n", "import 'x'\nimport a from 'a'\n"],
    ['before statements, with a line between', 'a()\n', "import 'x'\n\na()\n"],
    ['before all that a module exports of another', "export * from 'a'\n", "import 'x'\nexport * from 'a'\n"],
    [
      'before names that a module exports of another',
      "export { a } from 'a'\n",
      "import 'x'\nexport { a } from 'a'\n",
    ],
    [
      'above the first import, not above code before it',
      "a()\nimport b from 'b'\n",
      "a()\nimport 'x'\nimport b from 'b'\n",
    ],
    ['in an empty module', '', "import 'x'\n"],
    ['below the comments of an empty module', '// a\n', "// a\nimport 'x'\n"],
    ['below a comment without a line break', '// a', "// a\nimport 'x'\n"],
    [
      'below a directive',
      "'use client'\nimport a from 'a'\n",
      "'use client'\nimport 'x'\nimport a from 'a'\n",
    ],
    ['below the interpreter', '#!/usr/bin/env node\na()\n', "#!/usr/bin/env node\nimport 'x'\n\na()\n"],
    ['below a license', "/*! a */\nimport b from 'b'\n", "/*! a */\nimport 'x'\nimport b from 'b'\n"],
    [
      'below the documentation of the file',
      "/** a */\nimport b from 'b'\n",
      "/** a */\nimport 'x'\nimport b from 'b'\n",
    ],
    ['above the documentation of a statement', '/** a */\na()\n', "import 'x'\n\n/** a */\na()\n"],
    [
      'above a directive for the compiler',
      "// @ts-ignore\nimport b from 'b'\n",
      "import 'x'\n// @ts-ignore\nimport b from 'b'\n",
    ],
    [
      'above a directive for a linter',
      "// eslint-disable-next-line a\nimport b from 'b'\n",
      "import 'x'\n// eslint-disable-next-line a\nimport b from 'b'\n",
    ],
    [
      'above several directives',
      "// biome-ignore lint: a\n// @ts-expect-error b\nimport c from 'c'\n",
      "import 'x'\n// biome-ignore lint: a\n// @ts-expect-error b\nimport c from 'c'\n",
    ],
    [
      'below a comment with an empty line after it',
      "// @ts-ignore\n\nimport b from 'b'\n",
      "// @ts-ignore\n\nimport 'x'\nimport b from 'b'\n",
    ],
    ['with semicolons', 'import a from "a";\n', 'import "x";\nimport a from "a";\n'],
    ['with CRLF', "import a from 'a'\r\n", "import 'x'\r\nimport a from 'a'\r\n"],
    ['with a semicolon before a parenthesis', '(() => {})()\n', "import 'x';\n\n(() => {})()\n"],
    ['before a semicolon that protects a line', ';[1].map(a)\n', "import 'x'\n\n;[1].map(a)\n"],
  ])('%s', (_, before, after) => {
    expect(insert(before)).toBe(after)
    expect(parseModule('a.tsx', after)).toBeDefined()
  })
})

describe('statements are inserted', () => {
  test.each([
    ['before another line', 'a()|\nb()\n', 'a()\nx()\nb()\n'],
    ['at the end', 'a()|', 'a()\nx()'],
    ['before a line that begins with a parenthesis', 'const a = 1|\n;(b)()\n', 'const a = 1\nx()\n;(b)()\n'],
    [
      'with a semicolon before a parenthesis',
      'import a from "a"\nb();|\n(c)()\n',
      'import a from "a"\nb();\nx();\n(c)()\n',
    ],
    [
      'with a semicolon before a bracket',
      'import a from "a"\nb();|\n[c].d()\n',
      'import a from "a"\nb();\nx();\n[c].d()\n',
    ],
    [
      'with a semicolon before a template',
      'import a from "a"\nb();|\n`c`.d()\n',
      'import a from "a"\nb();\nx();\n`c`.d()\n',
    ],
    [
      'with a semicolon before a sign',
      'import a from "a"\nb();|\n+c\n',
      'import a from "a"\nb();\nx();\n+c\n',
    ],
    [
      'with a semicolon before a regular expression',
      'import a from "a"\nb();|\n/c/.test(d)\n',
      'import a from "a"\nb();\nx();\n/c/.test(d)\n',
    ],
    [
      'with a semicolon before a comment and a parenthesis',
      'import a from "a"\nb();|\n// c\n(d)()\n',
      'import a from "a"\nb();\nx();\n// c\n(d)()\n',
    ],
    [
      'with a semicolon before code on the same line',
      'import a from "a"\nb();| c()\n',
      'import a from "a"\nb();\nx(); c()\n',
    ],
    ['before a comment on the same line', 'b()| // c\n', 'b()\nx() // c\n'],
  ])('%s', (_, marked, after) => {
    const text = marked.replace('|', '')
    const edit = insertStatements(parse(text), marked.indexOf('|'), '\nx();')
    expect(applyEdits(text, [edit])).toBe(after)
    expect(parse(after).statements.length).toBeGreaterThan(parse(text).statements.length)
  })
})

test.each([
  ['a();', 'a();'],
  ['a()', 'a()'],
  ['a()\n;[1].map(b)', 'a()'],
  ['a()\n  ;', 'a()'],
  ['a() ;', 'a() ;'],
])('the first statement of %j ends after %j', (text, statement) => {
  const module = parse(text)
  const [first] = module.statements
  expect(first && text.slice(0, endOf(module, first))).toBe(statement)
})

test.each([
  ['a semicolon that protects it', 'const a = 1\n;(b)()', ';(b)()'],
  ['a semicolon after spaces', 'const a = 1\n  ; (b)()', '; (b)()'],
  ['no semicolon of the statement before on its line', 'a(); (b)()', '(b)()'],
])('a statement starts with %s', (_, text, statement) => {
  const module = parse(text)
  const last = module.statements.at(-1)
  expect(last && text.slice(startWithComments(module, last))).toBe(statement)
})

test.each<[string, string, string | undefined]>([
  ['an import', "import { Hono } from 'hono'\nHono()", 'Hono'],
  ['an import with another name', "import { Hono as App } from 'hono'\nApp()", 'Hono'],
  ['an import by a text', "import { 'Hono' as App } from 'hono'\nApp()", 'Hono'],
  ['a default import', "import App from 'hono'\nApp()", 'App'],
  ['a member of a namespace', "import * as h from 'hono'\nh.Hono()", 'Hono'],
  ['a computed member of a namespace', "import * as h from 'hono'\nh['Hono']()", undefined],
  ['a member of another object', "import h from 'hono'\nh.Hono()", undefined],
  ['a member of a member', "import * as h from 'hono'\nh.a.Hono()", undefined],
  ['a name that is not imported', 'App()', 'App'],
  ['another expression', '(() => {})()', undefined],
])('the name that is exported is found for %s', (_, text, name) => {
  const module = parse(text)
  const last = module.statements.at(-1)
  const call = last?.type === 'ExpressionStatement' ? last.expression : undefined
  const callee = call?.type === 'CallExpression' ? call.callee : undefined
  expect(callee && importedName(module, callee)).toBe(name)
})

test('the sources of imports are found, those of exports and of calls are not', () => {
  const module = parse("import { a as b } from 'x'\nexport * from 'y'\nimport 'z'\nrequire('w')")
  expect(importSource(module, 'b')).toBe('x')
  expect(importSource(module, 'a')).toBeUndefined()
  expect(['x', 'y', 'z', 'w'].map((each) => importsFrom(module, (source) => source === each))).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('a name is mentioned as a variable, a key and a type, and not in texts, comments and parts of names', () => {
  const module = parse("const a = { b: 1 }\nlet c: d\n// e\nconst ff = 'g'\nh\ni?.j")
  expect([...'abcdefghij'].filter((each) => mentions(module, each)).join('')).toBe('abcdhij')
})

describe('a declaration', () => {
  test.each([
    ['a constant', 'const a = 1', 'VariableDeclaration'],
    ['one of several variables', 'let b, a', 'VariableDeclaration'],
    ['an exported constant', 'export const a = 1', 'ExportNamedDeclaration'],
    ['a function', 'function a() {}', 'FunctionDeclaration'],
    ['a class', 'class a {}', 'ClassDeclaration'],
    ['an exported class', 'export class a {}', 'ExportNamedDeclaration'],
  ])('is found for %s', (_, text, type) => {
    expect(findDeclaration(parse(`b()\n${text}`), 'a')?.type).toBe(type)
  })

  test.each([
    ['an import', "import a from 'a'"],
    ['a pattern', 'const { a } = b'],
    ['a block', '{ const a = 1 }'],
    ['a parameter', 'function b(a) {}'],
    ['an exported name', 'export { a }\nvar b'],
  ])('is not found for %s', (_, text) => {
    expect(findDeclaration(parse(text.replace('export { a }', 'const c = 1')), 'a')).toBeUndefined()
  })

  test.each([
    ['a constant', 'const a = 1', 'NumericLiteral'],
    ['one of several constants', 'const b = 1, a = "c"', 'StringLiteral'],
    ['an exported constant', 'export const a = []', 'ArrayExpression'],
    ['a variable that may change', 'let a = 1', undefined],
    ['a variable without a value', 'var a', undefined],
    ['a function', 'function a() {}', undefined],
  ])('has the value of %s', (_, text, type) => {
    expect(findConstant(parse(text), 'a')?.type).toBe(type)
  })
})
