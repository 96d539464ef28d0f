import type { AnyValue } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, postJson, spanAt, TRACE_ID } from '../../test/otlp.ts'
import { buildTree } from '../viewer/trace/trace-tree.ts'

const attributes = (...values: (string | boolean | number | AnyValue)[]) => ({
  attributes: values.map((value) => attribute('error', value)),
})

test.each([
  ['status ERROR', { status: { code: 2 } }, true],
  ['status ERROR and the attribute false', { status: { code: 2 }, ...attributes(false) }, true],
  ['the attribute true', attributes(true), true],
  ['the attribute "true"', attributes('true'), true],
  ['the attribute true and status OK', { status: { code: 1 }, ...attributes(true) }, true],
  ['two attributes, one of them true', attributes('timeout', true), true],
  ['no attribute', {}, false],
  ['status OK', { status: { code: 1 } }, false],
  ['the attribute false', attributes(false), false],
  ['the attribute "false"', attributes('false'), false],
  ['another text', attributes('timeout'), false],
  ['a number', attributes(1), false],
  ['an empty value', attributes({}), false],
  ['true on an event only', { events: [{ timeUnixNano: '1', name: 'retry', ...attributes(true) }] }, false],
])('every part of the collector agrees on whether a span with %s has failed', async (_, fields, isError) => {
  const collector = await startTestCollector()
  const request = makeRequest('shop', [spanAt(0, 1, fields)])
  expect(await (await postJson(collector.otlpUrl, request)).text()).toBe('{}')

  const found = { true: isError ? 1 : 0, false: isError ? 0 : 1 }
  for (const asked of ['true', 'false'] as const) {
    for (const query of v3Queries(asked)) {
      const { body } = await getJson(collector, `/api/v3/trace-summaries?${query}`)
      const { summaries } = body as { summaries: { errorSpanCount: number }[] }
      expect(
        summaries.map(({ errorSpanCount }) => errorSpanCount),
        query,
      ).toEqual(found[asked] ? [isError ? 1 : 0] : [])
    }
    for (const query of legacyQueries(asked)) {
      const { body } = await getJson(collector, `/api/traces?${query}`)
      expect((body as { data: unknown[] }).data, query).toHaveLength(found[asked])
    }
  }

  const legacy = (await getJson(collector, `/api/traces/${TRACE_ID}`)).body as {
    data: { spans: { tags: { key: string; value: unknown; type: string }[] }[] }[]
  }
  const flags = legacy.data[0]?.spans[0]?.tags.filter(
    ({ key, value }) => key === 'error' && /^(true|false)$/.test(String(value)),
  )
  if (isError) expect(flags).toEqual([{ key: 'error', type: 'bool', value: true }])
  else expect(flags?.map(({ value }) => String(value))).not.toContain('true')
  expect(buildTree(request.resourceSpans)?.errorCount).toBe(isError ? 1 : 0)
})

function v3Queries(asked: string): string[] {
  const common = {
    'query.startTimeMin': '2000-01-01T00:00:00Z',
    'query.startTimeMax': '2100-01-01T00:00:00Z',
  }
  return [
    { 'query.attributes': JSON.stringify({ error: asked }) },
    { 'query.attributes': JSON.stringify({ error: asked === 'true' }) },
    { 'query.attributes[error]': asked },
  ].map((attributes) => String(new URLSearchParams({ ...common, ...attributes })))
}

function legacyQueries(asked: string): string[] {
  const common = { service: 'shop', start: '0', end: '4102444800000000' }
  return [
    { tag: `error:${asked}` },
    { tags: JSON.stringify({ error: asked }) },
    { tags: JSON.stringify({ error: asked === 'true' }) },
  ].map((tags) => String(new URLSearchParams({ ...common, ...tags })))
}
