import { describe, expect, test } from 'vitest'
import { operationInBody, operationInUrl } from './graphql.ts'

const named = (type: string | undefined, name?: string) => ({
  'graphql.operation.name': name,
  'graphql.operation.type': type,
})

// https://spec.graphql.org/October2021/#sec-Language.Operations
const DOCUMENTS: readonly (readonly [document: string, operationName: unknown, expected: unknown])[] = [
  ['{ cart { id } }', undefined, named('query')],
  ['  {cart}', null, named('query')],
  ['{ cart { id } }', 'Cart', named('query', 'Cart')],
  ['query Cart { cart { id } }', undefined, named('query', 'Cart')],
  ['query { cart { id } }', undefined, named('query')],
  ['mutation Buy($id: ID!) { buy(id: $id) { id } }', undefined, named('mutation', 'Buy')],
  ['subscription Prices @live { price }', undefined, named('subscription', 'Prices')],
  ['mutation($id: ID!) { buy(id: $id) }', undefined, named('mutation')],
  ['query A { a } mutation B { b }', 'B', named('mutation', 'B')],
  ['# mutation Old { a }\nquery New { b }', undefined, named('query', 'New')],
  ['fragment F on Cart { id } query Cart { cart { ...F } }', 'Cart', named('query', 'Cart')],
  ['query Cart { query { id } }', undefined, named('query', 'Cart')],
  ['query Cart { cart }', 'not a name', named('query')],
  ['query Cart { cart }', { toString: 1 }, undefined],
]

describe('the operation of a request', () => {
  test.each(DOCUMENTS)('of the document %j with the name %j is %j', (query, operationName, expected) => {
    if (expected === undefined) {
      expect(() => operationInBody(JSON.stringify({ query, operationName }))).toThrow(TypeError)
    } else expect(operationInBody(JSON.stringify({ query, operationName }))).toEqual(expected)
  })

  test.each([
    ['?query={cart{id}}', named('query')],
    ['?operationName=Cart&query=query+Cart{id}', named('query', 'Cart')],
    ['?operationName=Cart&extensions={"persistedQuery":{"version":1}}', named(undefined, 'Cart')],
    ['?query=umbrella', undefined],
    ['?query=query+cache', undefined],
    ['?q=%7Bcart%7D', undefined],
    ['', undefined],
  ])('in the URL %s is %j', (search, expected) => {
    expect(operationInUrl(`https://shop.example/graphql${search}`)).toEqual(expected)
  })

  test('without a document has a name', () => {
    const body = { operationName: 'Cart', extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } } }
    expect(operationInBody(JSON.stringify(body))).toEqual(named(undefined, 'Cart'))
  })

  test.each([
    ['a search', '{"query":"umbrella"}'],
    ['a search for a keyword', '{"query":"query optimizer"}'],
    ['a search in JSON', '{"query":"{\\"match\\":1}"}'],
    ['a batch', '[{"query":"{a}"},{"query":"{b}"}]'],
    ['other JSON', '{"id":7}'],
    ['a text', 'query Cart { cart }'],
    ['a body of 100 kB', JSON.stringify({ query: `{ cart } ${' '.repeat(100_000)}` })],
    ['no string', new Blob(['{"query":"{a}"}'])],
    ['no body', undefined],
  ])('is not found in %s', (_, body) => {
    expect(operationInBody(body)).toBeUndefined()
  })

  test.each([
    ['braces', '{'.repeat(99_000)],
    ['spaces', ' '.repeat(99_000)],
    ['keywords', 'query '.repeat(16_000)],
    ['names', `query ${'a'.repeat(90_000)}`],
    ['comments', '#'.repeat(99_000)],
  ])('is searched in linear time: %s', (_, query) => {
    const started = performance.now()
    operationInBody(JSON.stringify({ query }))
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
