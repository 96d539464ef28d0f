import { expect, test } from 'vitest'
import { startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, makeSpan, postJson } from '../../test/otlp.ts'
import { densityProblem } from './json-density.ts'

const times = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index))

test.each([
  ['lists within lists', '['.repeat(1_000_000), 400],
  ['objects within objects', '{"a":'.repeat(500_000), 400],
  ['empty objects', `{"x":[${'{},'.repeat(1_000_000)}{}]}`, 413],
  ['numbers', `{"resourceSpans":[${'1,'.repeat(1_900_000)}1]}`, 413],
  ['texts', `{"x":[${times(500_000, (index) => `"${index.toString(36)}"`)}]}`, 413],
  ['members', `{"x":{${times(300_000, (index) => `"${index.toString(36)}":1`)}}}`, 413],
  ['half surrogate pairs', `{"x":[${times(400_000, () => '"\\ud800"')}]}`, 413],
  ['integers beyond 2^53', `{"x":[${times(200_001, () => '9007199254740993')}]}`, 413],
])('a body of %s only is refused before it is parsed', async (_, body, status) => {
  const collector = await startTestCollector()
  const response = await postJson(collector.otlpUrl, body)
  expect(response.status).toBe(status)
  expect(await response.text()).toMatch(/nested deeper than 200 levels|more than (200000|1000) /)
})

test('spans of the maximum body size are accepted with any text', async () => {
  const attributes = Array.from({ length: 15 }, (_, index) => attribute(`key-${index}`, '[{\\"[{,,,,,,,,,'))
  const request = makeRequest(
    'shop',
    Array.from({ length: 2_000 }, () => makeSpan({ attributes })),
  )
  const body = JSON.stringify(request)
  expect(body.length).toBeGreaterThan(2_000_000)
  expect(densityProblem(Buffer.from(body))).toBeUndefined()
  const collector = await startTestCollector()
  expect(await (await postJson(collector.otlpUrl, body)).text()).toBe('{}')
})
