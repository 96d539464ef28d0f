import { describe, expect, test } from 'vitest'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, postJson, postProtobuf, spanAt, TRACE_ID } from '../../test/otlp.ts'

interface Stored {
  readonly links: readonly Record<string, unknown>[]
  readonly flags?: number
  readonly attributes: readonly { readonly value: Record<string, unknown> }[]
}

async function readStored(
  collector: Awaited<ReturnType<typeof startTestCollector>>,
): Promise<Stored | undefined> {
  const { body } = await getJson(collector, `/api/v3/traces/${TRACE_ID}`)
  const { result } = body as { result: { resourceSpans: { scopeSpans: { spans: Stored[] }[] }[] } }
  return result.resourceSpans[0]?.scopeSpans[0]?.spans[0]
}

describe('a link without a span', () => {
  test.each([
    ['empty ids', { traceId: '', spanId: '' }],
    ['ids of zeros', { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
    ['an empty span id', { traceId: 'b'.repeat(32), spanId: '' }],
    ['a trace state', { traceId: '', spanId: '', traceState: 'a=1' }],
  ])('a link without a span is kept if it has other data: %s', async (_, link) => {
    for (const send of [postJson, postProtobuf]) {
      const collector = await startTestCollector()
      const span = spanAt(0, 1, { links: [{ attributes: [attribute('reason', 'batch')], ...link }] })
      expect(await (await send(collector.otlpUrl, makeRequest('shop', [span]))).text()).toMatch(/^(?:\{\})?$/)
      const stored = await readStored(collector)
      expect(stored?.links).toMatchObject([{ attributes: [attribute('reason', 'batch')] }])
      const legacy = await getJson(collector, `/api/traces/${TRACE_ID}`)
      expect(legacy.body).toMatchObject({ data: [{ spans: [{ references: [] }] }] })
    }
  })
})

describe('a number in JSON', () => {
  test.each([
    ['1e2', '100'],
    ['100', '100'],
    [100, '100'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
  ])('the number %o is stored as %s', async (sent, stored) => {
    const collector = await startTestCollector()
    const body = JSON.stringify(
      makeRequest('shop', [spanAt(0, 1, { attributes: [attribute('n', { intValue: 'SENT' })] })]),
    )
    const response = await postJson(collector.otlpUrl, body.replace('"SENT"', JSON.stringify(sent)))
    expect(await response.text()).toBe('{}')
    expect((await readStored(collector))?.attributes[0]?.value).toEqual({ intValue: stored })
  })

  test('an integer that exceeds a double keeps all digits', async () => {
    const collector = await startTestCollector()
    const body = JSON.stringify(
      makeRequest('shop', [spanAt(0, 1, { attributes: [attribute('n', { intValue: 'SENT' })] })]),
    )
    await postJson(collector.otlpUrl, body.replace('"SENT"', '9007199254740993'))
    expect((await readStored(collector))?.attributes[0]?.value).toEqual({ intValue: '9007199254740993' })
  })

  test.each(['257', 257])('the flags %o are 257', async (flags) => {
    const collector = await startTestCollector()
    const span = { ...spanAt(0, 1), flags }
    expect(await (await postJson(collector.otlpUrl, makeRequest('shop', [span as never]))).text()).toBe('{}')
    expect((await readStored(collector))?.flags).toBe(257)
  })
})
