import { describe, expect, test } from 'vitest'
import { span } from '../../../test/observed.ts'
import type { TraceSpan } from './trace-span.ts'
import { attributeOf, isHttpClient, labelOf } from './trace-span.ts'
import { buildTree, isKept, mayBeOutside } from './trace-tree.ts'

const node = (spanId: string, parentSpanId?: string, fields: Partial<TraceSpan> = {}) =>
  span({ spanId, parentSpanId, ...fields })
const attributes = (key: string, value: string | number | boolean = true) => ({
  attributes: [{ key, value }],
})

describe('the relations of spans', () => {
  const root = node('a')
  const first = node('b', 'a')
  const second = node('c', 'a')
  const orphan = node('d', 'missing')
  const tree = buildTree([root, first, second, orphan])

  test.each([
    ['of a root is none', root, undefined],
    ['of a child is its parent', first, root],
    ['of an orphan is none', orphan, undefined],
  ])('the parent %s', (_, each, expected) => {
    expect(tree.parentOf(each)).toBe(expected)
  })

  test('the children are in the order of the trace', () => {
    expect(tree.childrenOf(root)).toEqual([first, second])
    expect(tree.childrenOf(first)).toEqual([])
  })

  test('the siblings do not contain the span itself', () => {
    expect(tree.siblingsOf(first)).toEqual([second])
    expect(tree.siblingsOf(root)).toEqual([])
  })

  test('the siblings of a span outside of the tree are those of its parent', () => {
    expect(tree.siblingsOf(node('x', 'a'))).toEqual([first, second])
    expect(tree.siblingsOf(node('x', 'y'))).toEqual([])
  })

  test('a span without an id is no parent of roots', () => {
    const withoutId = node('')
    const { parentOf } = buildTree([withoutId, root])
    expect([parentOf(root), parentOf(withoutId)]).toEqual([undefined, undefined])
  })
})

describe('a span that may be outside of its parent', () => {
  const may = (each: TraceSpan, ...others: readonly TraceSpan[]) =>
    mayBeOutside(each, buildTree([each, ...others]))

  test.each([
    ['a consumer', node('b', 'a', { kind: 'CONSUMER' })],
    ['a page load', node('b', 'a', attributes('throughline.action.type', 'pageload'))],
    ['an incomplete span', node('b', 'a', attributes('throughline.incomplete'))],
    [
      'an incomplete span by the text of Zipkin',
      node('b', 'a', attributes('throughline.incomplete', 'true')),
    ],
    ['a span that was kept as an error', node('b', 'a', attributes('throughline.kept', 'error'))],
    [
      'an action that ended by a timeout',
      node('b', 'a', attributes('throughline.action.end_reason', 'timeout')),
    ],
  ])('is %s', (_, each) => {
    expect(may(each, node('a'))).toBe(true)
  })

  test.each([
    ['another span', node('b', 'a')],
    ['a producer', node('b', 'a', { kind: 'PRODUCER' })],
    ['a click', node('b', 'a', attributes('throughline.action.type', 'click'))],
    ['a complete span', node('b', 'a', attributes('throughline.incomplete', false))],
    [
      'an action that ended in another way',
      node('b', 'a', attributes('throughline.action.end_reason', 'idle')),
    ],
  ])('is not %s', (_, each) => {
    expect(may(each, node('a'))).toBe(false)
  })

  test.each([
    ['an incomplete span', attributes('throughline.incomplete')],
    ['a kept span', attributes('throughline.kept', 'slow')],
    ['an action that ended by a timeout', attributes('throughline.action.end_reason', 'timeout')],
  ])('is the child of %s, but not the grandchild', (_, fields) => {
    const cut = node('a', undefined, fields)
    const child = node('b', 'a')
    const grandchild = node('c', 'b')
    expect(may(child, cut)).toBe(true)
    expect(may(grandchild, child, cut)).toBe(false)
  })

  test('is not the child of a page load', () => {
    expect(may(node('b', 'a'), node('a', undefined, attributes('throughline.action.type', 'pageload')))).toBe(
      false,
    )
  })

  test('is every descendant of a consumer', () => {
    const consumer = node('a', 'x', { kind: 'CONSUMER' })
    expect(may(node('d', 'c'), node('c', 'b'), node('b', 'a'), consumer)).toBe(true)
  })

  test('is not the parent of a consumer', () => {
    expect(may(node('a'), node('b', 'a', { kind: 'CONSUMER' }))).toBe(false)
  })

  test('is not one of a circle of parents', () => {
    expect(may(node('a', 'b'), node('b', 'a'))).toBe(false)
    expect(may(node('a', 'a'))).toBe(false)
  })
})

describe('a kept span', () => {
  test.each([
    ['has the attribute', attributes('throughline.kept', 'error'), true],
    ['has the attribute with any value', attributes('throughline.kept', ''), true],
    ['has no other attribute', attributes('throughline.incomplete'), false],
  ])('%s', (_, fields, expected) => {
    expect(isKept(node('a', undefined, fields))).toBe(expected)
  })
})

describe('a span in the report', () => {
  test.each([
    ['has its service and name', { service: 'shop', name: 'GET /' }, 'shop "GET /"'],
    ['can lack a service', { service: '', name: 'GET /' }, '(no service) "GET /"'],
    ['can lack a name', { service: 'shop', name: '' }, 'shop ""'],
  ])('%s', (_, fields, expected) => {
    expect(labelOf(span(fields))).toBe(expected)
  })
})

describe('an HTTP call', () => {
  test.each([
    ['has the method of the conventions', 'CLIENT', 'http.request.method', true],
    ['has the method of older conventions', 'CLIENT', 'http.method', true],
    ['has the address', 'CLIENT', 'url.full', true],
    ['has the address of older conventions', 'CLIENT', 'http.url', true],
    ['is not the call of a database', 'CLIENT', 'db.system.name', false],
    ['is not the side of the server', 'SERVER', 'http.request.method', false],
  ] as const)('%s', (_, kind, key, expected) => {
    expect(isHttpClient(span({ kind, ...attributes(key, 'GET') }))).toBe(expected)
  })
})

test('of two attributes with one key, the first has the value', () => {
  const twice = span({
    attributes: [
      { key: 'a', value: 1 },
      { key: 'a', value: 2 },
    ],
  })
  expect([attributeOf(twice, 'a'), attributeOf(twice, 'b')]).toEqual([1, undefined])
})
