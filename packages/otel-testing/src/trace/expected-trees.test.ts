import { describe, expect, test } from 'vitest'
import { idOf, makeInbox, receive, type TestSpan } from '../../test/test-spans.ts'
import { Inbox } from '../collector/inbox.ts'
import { type ExpectedSpan, type ExpectTraceOptions, expectTrace } from './expect-trace.ts'
import { findInTime, type SpanSource } from './span-source.ts'
import { isNamed, waitForSpan, waitForSpans } from './wait-for-spans.ts'

const TRACE_ID = 'a'.repeat(32)
const ROOT: TestSpan = { id: '1', name: 'root' }
const child = (id: string, fields: TestSpan = {}): TestSpan => ({ id, name: 'child', parent: '1', ...fields })

/** The differences between spans and a tree, without the spans that arrived. */
async function problemsOf(
  spans: readonly TestSpan[],
  expected: Partial<ExpectedSpan>,
  options: ExpectTraceOptions = { traceId: TRACE_ID },
): Promise<string[]> {
  const failed = expectTrace(
    makeInbox(...spans),
    { name: 'root', ...expected },
    { timeoutMillis: 0, ...options },
  )
  const result = await failed.catch((error: Error) => error)
  if (!(result instanceof Error)) return []
  return result.message.split('\n').flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : []))
}

describe('an attribute', () => {
  test.each<[string, TestSpan['attributes'], unknown, string]>([
    ['a text', { k: 'a' }, 'b', 'root: k is "a", expected "b"'],
    ['a number', { k: 1 }, 2, 'root: k is 1, expected 2'],
    ['a number in place of a text', { k: 1 }, '1', 'root: k is 1, expected "1"'],
    ['a flag', { k: true }, false, 'root: k is true, expected false'],
    ['nothing', {}, 'a', 'root: k is absent, expected "a"'],
    ['a value where none is expected', { k: 'a' }, undefined, 'root: k is "a", expected absent'],
    ['an empty text where none is expected', { k: '' }, undefined, 'root: k is "", expected absent'],
    ['a text that an expression does not match', { k: 'a' }, /^b/, 'root: k is "a", expected /^b/'],
    ['a number for an expression', { k: 1 }, /1/, 'root: k is 1, expected /1/'],
    ['nothing for an expression', {}, /a/, 'root: k is absent, expected /a/'],
    ['a text in place of a list', { k: 'a' }, ['a'], 'root: k is "a", expected ["a"]'],
  ])('differs by %s', async (_, ...[attributes = {}, value, message]) => {
    expect(await problemsOf([{ ...ROOT, attributes }], { attributes: { k: value } })).toEqual([message])
  })

  test.each<[string, TestSpan['attributes'], unknown]>([
    ['a text', { k: 'a' }, 'a'],
    ['a number', { k: 0 }, 0],
    ['a flag', { k: false }, false],
    ['nothing', {}, undefined],
    ['an expression', { k: 'abc' }, /b/],
  ])('is as expected: %s', async (_, ...[attributes = {}, value]) => {
    expect(await problemsOf([{ ...ROOT, attributes }], { attributes: { k: value } })).toEqual([])
  })

  test('that is not expected is not compared', async () => {
    expect(await problemsOf([{ ...ROOT, attributes: { other: 1 } }], { attributes: {} })).toEqual([])
  })

  test.each<[readonly string[], unknown, string[]]>([
    [['a', 'b'], ['a', 'b'], []],
    [[], [], []],
    [['a', 'b'], ['b', 'a'], ['root: k is ["a","b"], expected ["b","a"]']],
    [['a'], ['a', 'b'], ['root: k is ["a"], expected ["a","b"]']],
    [['a'], 'a', ['root: k is ["a"], expected "a"']],
    [['a'], /a/, ['root: k is ["a"], expected /a/']],
  ])('that is the list %j is compared with %j as a whole', async (k, value, problems) => {
    expect(await problemsOf([{ ...ROOT, attributes: { k } }], { attributes: { k: value } })).toEqual(problems)
  })
})

describe('a name', () => {
  test.each([/^ro/, /ROOT/i, /o/g])('that %s matches is as expected, each time', async (name) => {
    for (let run = 0; run < 3; run++) expect(await problemsOf([ROOT], { name })).toEqual([])
  })

  test.each<[string, Partial<ExpectedSpan>, string]>([
    ['a text', { name: 'roo' }, 'root: expected of any service "roo"'],
    ['an expression', { name: /^o/ }, 'root: expected of any service /^o/'],
    ['a service', { service: 'cart' }, 'root: expected cart "root"'],
    ['a kind', { kind: 'INTERNAL' }, 'root: expected of any service "root" INTERNAL'],
    ['all of them', { service: 'cart', name: 'a', kind: 'CLIENT' }, 'root: expected cart "a" CLIENT'],
  ])('that differs by %s is named', async (_, expected, message) => {
    expect(await problemsOf([ROOT], expected)).toEqual([message])
  })
})

describe('a status', () => {
  test.each<[number, ExpectedSpan['status'], string[]]>([
    [0, 'UNSET', []],
    [1, 'OK', []],
    [2, 'ERROR', []],
    [0, 'OK', ['root: its status is UNSET, expected OK']],
    [1, 'UNSET', ['root: its status is OK, expected UNSET']],
    [2, 'OK', ['root: its status is ERROR, expected OK']],
  ])('of code %i is compared with %s', async (code, status = 'UNSET', problems) => {
    expect(await problemsOf([{ ...ROOT, status: { code } }], { status })).toEqual(problems)
  })
})

describe('a parent', () => {
  const id = idOf('9')

  test.each<[string, TestSpan, Partial<ExpectedSpan>, string[]]>([
    ['none, as expected', ROOT, {}, []],
    ['an empty one, as expected', { ...ROOT, parentSpanId: '' }, {}, []],
    ['one that did not arrive, as expected', { ...ROOT, parent: '9' }, { parentSpanId: id }, []],
    ['one that is not expected', { ...ROOT, parent: '9' }, {}, [`root: its parent is ${id}, expected none`]],
    ['none where one is expected', ROOT, { parentSpanId: id }, [`root: its parent is none, expected ${id}`]],
    [
      'another one',
      { ...ROOT, parent: '8' },
      { parentSpanId: id },
      [`root: its parent is ${idOf('8')}, expected ${id}`],
    ],
  ])('is %s', async (_, ...[span, expected, problems]) => {
    expect(await problemsOf([span], expected)).toEqual(problems)
  })

  test('is compared without an id of the trace, too', async () => {
    expect(await problemsOf([ROOT], { parentSpanId: id }, {})).toEqual([
      `root: its parent is none, expected ${id}`,
    ])
  })
})

describe('children', () => {
  const x = { k: 'x' }
  const y = { k: 'y' }

  test.each<[string, TestSpan[], ExpectedSpan[], string[]]>([
    ['none', [], [], []],
    [
      'in any order',
      [child('2', { name: 'a' }), child('3', { name: 'b' })],
      [{ name: 'b' }, { name: 'a' }],
      [],
    ],
    [
      'one too few',
      [child('2')],
      [{ name: 'child' }, { name: 'child' }],
      ['root: no child of any service "child"'],
    ],
    [
      'one too many',
      [child('2'), child('3')],
      [{ name: 'child' }],
      ['root: unexpected child shop "child" SERVER'],
    ],
    [
      'one with another name',
      [child('2', { name: 'a' })],
      [{ name: 'b' }],
      ['root: no child of any service "b"', 'root: unexpected child shop "a" SERVER'],
    ],
    [
      'one with another attribute',
      [child('2', { attributes: x })],
      [{ name: 'child', attributes: y }],
      ['root > child: k is "x", expected "y"'],
    ],
    [
      'the nearest of several that differ',
      [child('2', { attributes: { a: 1, b: 2 } }), child('3', { attributes: { a: 1, b: 3 } })],
      [
        { name: 'child', attributes: { a: 1, b: 4 } },
        { name: 'child', attributes: { a: 1, b: 3 } },
      ],
      ['root > child: b is 2, expected 4'],
    ],
    [
      'a description that all match before one that only one matches',
      [child('2', { attributes: x }), child('3')],
      [{ name: 'child' }, { name: 'child', attributes: x }],
      [],
    ],
    [
      'a repeated one before one of its spans',
      [child('2', { attributes: x }), child('3')],
      [
        { name: 'child', repeated: true },
        { name: 'child', attributes: x },
      ],
      [],
    ],
    [
      'an optional one before one of its spans',
      [child('2')],
      [{ name: 'child', optional: true }, { name: 'child' }],
      [],
    ],
    [
      'an optional one that only one span matches',
      [child('2', { attributes: x }), child('3')],
      [
        { name: 'child', optional: true },
        { name: 'child', attributes: x, optional: true },
      ],
      [],
    ],
    [
      'repeated ones that differ',
      [child('2', { attributes: x }), child('3', { attributes: x })],
      [{ name: 'child', attributes: y, repeated: true }],
      ['root > child: k is "x", expected "y"', 'root > child: k is "x", expected "y"'],
    ],
    [
      'repeated ones of which one differs',
      [child('2', { attributes: x }), child('3', { attributes: y })],
      [{ name: 'child', attributes: x, repeated: true }],
      ['root: unexpected child shop "child" SERVER'],
    ],
    [
      'optional ones that are repeated, and absent',
      [],
      [{ name: 'child', optional: true, repeated: true }],
      [],
    ],
    [
      'optional ones that are repeated',
      [child('2'), child('3')],
      [{ name: 'child', optional: true, repeated: true }],
      [],
    ],
    [
      'a repeated one without a span',
      [],
      [{ name: 'child', repeated: true }],
      ['root: no child of any service "child"'],
    ],
  ])('are compared: %s', async (_, spans, children, problems) => {
    expect(await problemsOf([ROOT, ...spans], { children })).toEqual(problems)
  })

  test('may be described by one object several times', async () => {
    const each = { name: 'child' }
    const spans = [ROOT, child('2'), child('3'), child('4')]
    expect(await problemsOf(spans, { children: [each, each, each] })).toEqual([])
    expect(await problemsOf(spans, { children: [each, each] })).toEqual([
      'root: unexpected child shop "child" SERVER',
    ])
  })

  test('are not compared if none are named', async () => {
    expect(await problemsOf([ROOT, child('2'), child('3')], {})).toEqual([])
  })

  test('are named with the path to them', async () => {
    const spans = [
      ROOT,
      child('2', { name: 'a' }),
      { id: '3', name: 'b', parent: '2' },
      { id: '4', name: 'c', parent: '3' },
    ]
    const expected = {
      children: [{ name: 'a', children: [{ name: 'b', children: [{ name: 'c', status: 'OK' as const }] }] }],
    }
    expect(await problemsOf(spans, expected)).toEqual(['root > a > b > c: its status is UNSET, expected OK'])
  })

  test.each<[string, string[], string[], boolean]>([
    ['that are expected', ['a', 'b'], ['a', 'b'], true],
    ['that is another one', ['a', 'b'], ['b', 'a'], false],
    ['of spans that are alike', ['a', 'a', 'a'], ['a', 'a', 'a'], true],
    ['with another span between those that are alike', ['a', 'b', 'a'], ['a', 'b', 'a'], true],
    ['with another span after those that are alike', ['a', 'b', 'a'], ['a', 'a', 'b'], false],
  ])('have the order %s', async (_, names, expected, isRight) => {
    const spans = names.map((name, index) => child(String(index + 2), { name, from: index, to: 50 }))
    const children = expected.map((name) => ({ name }))
    const problems = await problemsOf([ROOT, ...spans], { children }, { traceId: TRACE_ID, isOrdered: true })
    expect(problems.length === 0).toBe(isRight)
    expect(await problemsOf([ROOT, ...spans], { children })).toEqual([])
  })
})

describe('a whole trace', () => {
  test.each<[string, TestSpan[], string[]]>([
    ['one root', [ROOT], []],
    ['spans of another trace', [ROOT, { id: '2', traceId: 'b'.repeat(32) }], []],
    [
      'a second root',
      [ROOT, { id: '2', from: 1 }],
      ['a second root or a span without its parent: shop "2" SERVER'],
    ],
    [
      'a span without its parent',
      [ROOT, { id: '2', parent: '9', from: 1 }],
      ['a second root or a span without its parent: shop "2" SERVER'],
    ],
    [
      'a span that is its own parent',
      [ROOT, { id: '2', parent: '2', from: 1 }],
      ['a second root or a span without its parent: shop "2" SERVER'],
    ],
    [
      'spans that are parents of each other',
      [ROOT, { id: '2', parent: '3', from: 1 }, { id: '3', parent: '2', from: 2 }],
      ['a second root or a span without its parent: shop "2" SERVER'],
    ],
    ['a span that arrived twice', [ROOT, child('2'), child('2')], ['1 spans arrived twice']],
    [
      'a span that ends before it starts',
      [ROOT, child('2', { from: 20, to: 10 })],
      ['shop "child" ends 10.0 ms before it starts'],
    ],
    [
      'a span outside of its parent',
      [ROOT, child('2', { to: 120 })],
      ['shop "child" ends 20.0 ms after its parent shop "root"'],
    ],
  ])('with %s', async (_, spans, problems) => {
    expect(await problemsOf(spans, {})).toEqual(problems)
  })

  test('is not compared as a whole without its id', async () => {
    expect(await problemsOf([ROOT, { id: '2' }, child('3', { to: 500 })], {}, {})).toEqual([])
  })

  test('that did not arrive is named by its id, with only its own spans', async () => {
    const traceId = 'c'.repeat(32)
    const failed = expectTrace(makeInbox(ROOT), { name: 'root' }, { traceId, timeoutMillis: 0 })
    await expect(failed).rejects.toThrow(`- no span of trace ${traceId} arrived\n\nWhat arrived:\n(nothing)`)
  })

  test('of several with the name of the root, the nearest is described', async () => {
    const spans = [
      { ...ROOT, status: { code: 2 } },
      { ...ROOT, id: '2', attributes: { k: 1 } },
    ]
    expect(await problemsOf(spans, { status: 'OK', attributes: { k: 1 } }, {})).toEqual([
      'root: its status is UNSET, expected OK',
    ])
  })
})

describe('a wait for spans', () => {
  test('reads again after each arrival, and no more than that', async () => {
    const inbox = new Inbox()
    const seen: number[] = []
    const waiting = findInTime(
      inbox,
      (spans) => {
        seen.push(spans.length)
        return spans.length > 2 ? spans.map(({ name }) => name) : undefined
      },
      60_000,
    )
    for (const id of ['1', '2', '3']) {
      receive(inbox, { id })
      await inbox.spans()
    }
    expect(await waiting).toEqual(['1', '2', '3'])
    expect(seen.at(-1)).toBe(3)
    expect(seen).toEqual([...new Set(seen)])
  })

  test('reads once if there is no time', async () => {
    let reads = 0
    const source: SpanSource = {
      spans: () => {
        reads++
        return []
      },
      arrivalAfter: () => Promise.reject(new Error('it waited')),
    }
    expect(await findInTime(source, () => undefined, 0)).toBeUndefined()
    expect(reads).toBe(1)
  })

  test('returns a value that is false, empty or 0', async () => {
    for (const value of [false, '', 0, null])
      expect(await findInTime(new Inbox(), () => value, 0)).toBe(value)
  })

  test('passes on an error of the source', async () => {
    const source: SpanSource = {
      spans: () => Promise.reject(new Error('gone')),
      arrivalAfter: async () => {},
    }
    await expect(waitForSpans(source, () => true)).rejects.toThrow('gone')
  })

  test('returns all spans that match, also those beyond the count', async () => {
    const inbox = makeInbox({ id: '1', name: 'a' }, { id: '2', name: 'b' }, { id: '3', name: 'a' })
    expect(await waitForSpans(inbox, isNamed('a'), 1, 0)).toHaveLength(2)
    expect((await waitForSpan(inbox, isNamed('a'), 0)).spanId).toBe(idOf('1'))
    expect(await waitForSpans(inbox, isNamed('c'), 0, 0)).toEqual([])
  })

  test('fails with what arrived, or with the word for nothing', async () => {
    await expect(waitForSpan(new Inbox(), isNamed('a'), 0)).rejects.toThrow(
      '0 of 1 spans arrived within 0 ms\n\nWhat arrived:\n(nothing)',
    )
    await expect(waitForSpan(makeInbox(ROOT), isNamed('a'), 0)).rejects.toThrow('shop "root" SERVER 100.0 ms')
  })
})
