import { parseAst } from 'vite'
import { describe, expect, test } from 'vitest'
import { compileAwaits } from './compile-awaits.ts'
import type { Node } from './syntax-tree.ts'

const compile = (code: string): string | undefined =>
  compileAwaits(code, parseAst(code) as unknown as Node, {
    runtime: 'virtual:runtime',
    source: 'module.js',
  })?.code

/** Compiles a module and runs it, with helpers that note what they are called for. Its result is a global. */
async function run(code: string): Promise<{ result: unknown; calls: string[] }> {
  const calls: string[] = []
  const helpers = `
    const calls = { push: (call) => globalThis.calls.push(call) }
    let active = 'context'
    export const activeContext = () => active
    export const suspend = (value, before) => { calls.push(before === undefined ? 'suspend' : 'suspend again'); return value }
    export const resume = (value, c) => { if (c !== undefined) calls.push('resume'); return value }
    export const leave = (before) => { calls.push(before === undefined ? 'end' : 'leave') }
    export const leaveWith = (value) => { calls.push('yield'); return value }
    export const iterateInContext = (iterable) => iterable
    export const delegateTo = (iterable) => iterable
    export const createDisposer = () => { throw new Error('not here') }`
  const runtime = `data:text/javascript,${encodeURIComponent(helpers)}`
  const compiled =
    compileAwaits(code, parseAst(code) as unknown as Node, { runtime, source: 'module.js' })?.code ?? code
  const scope: { calls?: string[]; result?: unknown } = globalThis
  scope.calls = calls
  await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(compiled)}`)
  return { result: await scope.result, calls }
}

describe('the compiled code', () => {
  test('a module without awaits is unchanged', () => {
    expect(compile('export const iterateInContext = async () => 1')).toBeUndefined()
  })

  test('only functions with their own awaits are changed', () => {
    const code = compile(
      'async function outer() { return async () => { await 1 } }\nfunction plain() { return 2 }',
    )
    expect(code).toContain('async function outer() { return async () => {;let __tl_c;')
    expect(code).toContain('function plain() { return 2 }')
  })

  test('source maps lead back to the source', () => {
    const source = 'export const iterateInContext = async () => {\n  await first()\n  await second()\n}'
    const compiled = compileAwaits(source, parseAst(source) as unknown as Node, {
      runtime: 'virtual:runtime',
      source: 'module.js',
    })
    expect(compiled?.map.sources).toEqual(['module.js'])
    expect(compiled?.map.mappings.split(';').length).toBeGreaterThanOrEqual(4)
  })
})

describe('directives and imports', () => {
  test.each([
    ["'use client'\nexport const iterateInContext = async () => await 1", /^'use client'\nimport\{/],
    ["'use client';export const iterateInContext = async () => await 1", /^'use client';\nimport\{/],
    ["'use client'\nexport const one = await 1", /^'use client'\nimport\{.*\nlet __tl_c;/],
    ["'use client';await init()", /^'use client';\nimport\{/],
    [
      '#!/usr/bin/env node\nexport const iterateInContext = async () => await 1',
      /^#!\/usr\/bin\/env node\nimport\{/,
    ],
  ])('the directive or hashbang of %j remains first', (source, start) => {
    const code = compile(source)
    expect(code).toMatch(start)
    expect(() => parseAst(code ?? '')).not.toThrow()
  })

  test.each([
    'async function f(){ var cb; await 1; function cb(){} }',
    'async function f(){ for (var { a: cb } of []) await 1; function cb(){} }',
    'async function f(){ function g(){} await 1; function g(){} }',
  ])('%s, which a block forbids, is unchanged', (source) => {
    expect(compile(source)).toBeUndefined()
  })

  test('a function that only calls its own functions is compiled', () => {
    expect(compile('async function f(){ var x = cb(); await x; function cb(){} }')).toContain('__tl_s')
  })
})

describe('semantics of compiled code', () => {
  test.each([
    [
      'await in an expression',
      'globalThis.result = (async () => (await 1) + -(await 2) * [await 3].length)()',
      -1,
    ],
    ['await of await', 'globalThis.result = (async () => await await Promise.resolve(4))()', 4],
    [
      'an arrow that returns an object',
      'globalThis.result = (async () => ({ a: await 5 }))().then((o) => o.a)',
      5,
    ],
    [
      'an arrow with a comment like one',
      'globalThis.result = (async (/* => */ a) /* => */ =>\n  await a)(6)',
      6,
    ],
    ['a comma below await', 'globalThis.result = (async () => await (1, 7))()', 7],
    [
      'a directive',
      'globalThis.result = (async function () { "use strict"\nawait 1; return this === undefined })()',
      true,
    ],
    ['top-level await', 'const value = await 8\nglobalThis.result = value', 8],
    [
      'methods, private methods, static blocks',
      `class K { static #p = 1; static { K.q = 2 } async #m() { return await K.#p } async n() { return (await this.#m()) + K.q } }
       globalThis.result = new K().n()`,
      3,
    ],
    [
      'catch, finally and rethrown errors',
      `const log = []
       const fail = async () => { try { await Promise.reject(1) } catch (e) { log.push(e); throw 2 } finally { await 0; log.push('f') } }
       globalThis.result = fail().catch((e) => [...log, e].join())`,
      '1,f,2',
    ],
    [
      'labelled for await with continue and break',
      `async function* numbers() { for (let n = 0; ; n++) yield n }
       const out = []
       const go = async () => {
         if (true) outer: for await (const n of numbers()) { for (;;) { if (n < 3) continue outer; break outer } }
         for await (const n of [1, Promise.resolve(2)]) out.push(n)
         return out.join()
       }
       globalThis.result = go()`,
      '1,2',
    ],
    [
      'yield in all its forms',
      `async function* inner() { const got = yield; yield got }
       async function* outer() { await 0; const v = yield* inner(); yield (1, 2); yield [3, 4] }
       const it = outer()
       const out = []
       await it.next(); out.push((await it.next('got')).value)
       for await (const v of it) out.push(String(v))
       globalThis.result = out.join()`,
      'got,2,3,4',
    ],
    [
      'statements without semicolons',
      'const f = async () => {\n  const a = 1\n  await a\n  ;[2].forEach(() => {})\n  await a\n  return a\n}\nglobalThis.result = f()',
      1,
    ],
  ])('compiled code has the result of the original: %s', async (_title, code, expected) => {
    expect((await run(code)).result).toEqual(expected)
  })
})

describe('the context', () => {
  test('the context is saved before every await, restored after it, and left when the function suspends or ends', async () => {
    const { calls } = await run('globalThis.result = (async () => { await 1; await 2 })()')
    expect(calls).toEqual(['suspend', 'resume', 'suspend again', 'resume', 'leave'])
  })

  test('the context is restored in catch and finally', async () => {
    const { calls } = await run(
      'globalThis.result = (async () => { try { await Promise.reject(1) } catch {} finally {} })()',
    )
    expect(calls).toEqual(['suspend', 'resume', 'resume', 'leave'])
  })
})
