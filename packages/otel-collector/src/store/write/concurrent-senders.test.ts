import { describe, expect, test } from 'vitest'
import { countStoredSpans, getJson, startTestCollector } from '../../../test/collector.ts'
import { makeRequest, makeSpan, postJson, postProtobuf, TRACE_ID } from '../../../test/otlp.ts'

interface Traces {
  readonly result: {
    readonly resourceSpans: readonly {
      readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[]
    }[]
  }
}

const countSpans = (body: unknown) =>
  (body as Traces).result.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.length))
    .reduce((sum, count) => sum + count, 0)
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Repeats `read` until `work` is done, and at least once. */
async function readDuring(work: Promise<unknown>, read: () => Promise<void>): Promise<void> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  do await read()
  while (!isDone)
  await done
}

describe('many senders at once', () => {
  test('spans of one trace are each stored once, and a reader never sees fewer than before', async () => {
    const collector = await startTestCollector()
    const requests = times(60, (index) =>
      makeRequest(
        `service ${index % 5}`,
        times(10, () => makeSpan({ traceId: TRACE_ID })),
      ),
    )
    // Each request is sent twice, as by a sender that has not received the first response.
    const sending = Promise.all(
      requests.flatMap((request) => [
        postJson(collector.otlpUrl, request),
        postProtobuf(collector.otlpUrl, request),
      ]),
    )
    let seen = 0
    await readDuring(sending, async () => {
      const { status, body } = await getJson(collector, `/api/live/traces/${TRACE_ID}`)
      expect(status).toBe(200)
      const count = countSpans(body)
      expect(count).toBeGreaterThanOrEqual(seen)
      // A request is stored in one transaction.
      expect(count % 10).toBe(0)
      seen = count
    })
    expect((await sending).map(({ status }) => status)).toEqual(times(120, () => 200))
    const { body } = await getJson(collector, `/api/v3/traces/${TRACE_ID}`)
    expect(countSpans(body)).toBe(600)
    expect((body as Traces).result.resourceSpans).toHaveLength(5)
  })

  test('traces that are displaced are never visible in part, and the limit holds afterwards', async () => {
    const collector = await startTestCollector({ maxSpans: 100 })
    const sending = Promise.all(
      times(80, () => {
        const { traceId } = makeSpan()
        const spans = times(5, () => makeSpan({ traceId }))
        return postJson(collector.otlpUrl, makeRequest('shop', spans))
      }),
    )
    const search = new URLSearchParams({
      'query.startTimeMin': '1970-01-01T00:00:00Z',
      'query.startTimeMax': '2262-01-01T00:00:00Z',
      'query.searchDepth': '1500',
    })
    await readDuring(sending, async () => {
      const { body } = await getJson(collector, `/api/v3/trace-summaries?${search}`)
      for (const { spanCount } of (body as { summaries: { spanCount: number }[] }).summaries)
        expect(spanCount).toBe(5)
    })
    for (const { status } of await sending) expect(status).toBe(200)
    expect(await countStoredSpans(collector)).toBe(100)
  })

  test('invalid requests among valid ones do not affect them', async () => {
    const collector = await startTestCollector()
    const answers = await Promise.all(
      times(60, (index) => {
        const request = makeRequest('shop', [makeSpan()])
        if (index % 3 === 0) return postJson(collector.otlpUrl, JSON.stringify(request).slice(0, -5))
        if (index % 3 === 1) return postProtobuf(collector.otlpUrl, request)
        return postJson(collector.otlpUrl, makeRequest('shop', [makeSpan(), makeSpan({ spanId: 'short' })]))
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual(times(60, (index) => (index % 3 === 0 ? 400 : 200)))
    expect(await countStoredSpans(collector)).toBe(40)
  })
})
