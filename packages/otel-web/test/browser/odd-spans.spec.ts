import type { OtlpSpan } from '@throughline/otel-shared'
import {
  attribute,
  exceptionsOf,
  expect,
  isNamed,
  scriptOf,
  test,
  WAYS,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'

/** Code of an app that uses `tracer` wrongly, and whether the span arrives. */
const ODD: Readonly<Record<string, readonly [code: string, arrives: boolean]>> = {
  'a name that is undefined': ['tracer.startSpan(undefined).end()', false],
  'a name that is null': ['tracer.startSpan(null).end()', false],
  'a name that is a symbol': ['tracer.startSpan(Symbol("s")).end()', false],
  'a name that is a number': ['tracer.startSpan(5).end()', false],
  'a name that is an object': ['tracer.startSpan({}).end()', false],
  'a name that is changed to null': ['tracer.startSpan("odd").updateName(null).end()', false],
  'a name that is changed to a symbol': ['tracer.startSpan("odd").updateName(Symbol("s")).end()', false],
  'an action without a name': ['throughline.action(undefined, () => {})', false],
  'an action with a symbol for a name': ['throughline.action(Symbol("s"), () => {})', false],
  'options that are null': ['tracer.startSpan("odd", null).end()', true],
  'attributes with a getter that throws, at the start': [
    'tracer.startSpan("odd", { attributes: { get a() { throw new Error("getter") } } }).end()',
    false,
  ],
  'attributes with a getter that throws, later': [
    'tracer.startSpan("odd").setAttributes({ get a() { throw new Error("getter") } }).end()',
    true,
  ],
  'attributes that are null': ['tracer.startSpan("odd").setAttributes(null).end()', true],
  'a proxy that refuses everything': [
    `tracer.startSpan("odd").setAttributes(new Proxy({}, { ownKeys() { throw new Error("trap") } })).end()`,
    true,
  ],
  'values of every type': [
    `tracer.startSpan("odd").setAttributes({
      symbol: Symbol("s"), big: 5n, object: {}, fn() {}, nan: NaN, infinite: -Infinity, date: new Date(0),
      mixed: [1, "a"], holes: [null, undefined, 1], nothing: null, missing: undefined, own: Object.create(null),
    }).end()`,
    true,
  ],
  'keys of every type': [
    `tracer.startSpan("odd").setAttribute(undefined, 1).setAttribute(Symbol("s"), 1).setAttribute("", 1)
      .setAttribute("__proto__", 1).setAttribute(5, 1).end()`,
    true,
  ],
  'events and links that are no such thing': [
    `tracer.startSpan("odd").addEvent("e", { get a() { throw new Error("getter") } }).addEvent("e", null)
      .addLink(undefined).addLinks(null).addLinks([null]).setStatus(null).end()`,
    true,
  ],
  'an event without a name': ['tracer.startSpan("odd").addEvent(undefined).end()', false],
  'an end that is no time': ['tracer.startSpan("odd").end(NaN)', false],
  'an exception that throws when it is read': [
    `tracer.startSpan("odd").recordException(new Proxy({}, { get() { throw new Error("trap") } }))
     tracer.startSpan("odd").end()`,
    true,
  ],
}

for (const way of WAYS) {
  for (const [name, [code, arrives]] of Object.entries(ODD)) {
    test(`${way}: ${name} loses no other span and is ${arrives ? 'ignored' : 'counted'}`, async ({
      page,
      serve,
      server,
      noise,
    }) => {
      await page.goto(serve('/', '', { script: await scriptOf(way) }))
      await waitForSdk(page)
      await page.evaluate(async (odd) => {
        const api = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')] as {
          trace: { getTracer(name: string): { startSpan(name: string): { end(): void } } }
        }
        const tracer = api.trace.getTracer('page')
        tracer.startSpan('before').end()
        new Function('tracer', odd)(tracer)
        tracer.startSpan('after').end()
        window.throughline?.action('last', () => {})
      }, code)
      for (const other of ['before', 'after', 'last']) await waitForSpan(server, isNamed(other))
      const droppedBy = () => page.evaluate(() => window.throughline?.health().droppedBy)
      if (arrives) {
        const span = await waitForSpan(server, isNamed('odd'))
        for (const { value } of span.attributes) expect(value).not.toEqual({})
        expect(await droppedBy()).toEqual({})
      } else {
        await expect.poll(droppedBy).toEqual({ invalid: 1 })
      }
      expect(noise).toEqual([])
    })
  }
}

test('long texts are truncated between code points, and no other span is lost', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    const long = '😀'.repeat(1_000_000)
    await window.throughline?.action('others', () => {})
    const action = window.throughline?.action
    action?.(`x${long}`, () => {})
    await action?.('fails', async () => {
      throw Object.assign(new Error(`x${long}`), { name: `y${long}`, stack: `z${long}` })
    }).catch(() => {})
    await action?.('lone', async () => {
      throw new Error('a\ud83db')
    }).catch(() => {})
  })
  await waitForSpan(server, isNamed('others'))
  const named = await waitForSpan(server, ({ name }) => name.startsWith('x😀'))
  expect(named.name).toHaveLength(4095)
  const span = await waitForSpan(server, isNamed('fails'))
  const [event] = exceptionsOf(span)
  if (!event) throw new Error('no event')
  expect(span.status.message).toHaveLength(4095)
  expect(attribute(event, 'exception.message')).toHaveLength(4095)
  expect(attribute(event, 'exception.type')).toHaveLength(4095)
  expect(String(attribute(event, 'exception.stacktrace')).length).toBe(16_383)
  const [lone] = exceptionsOf(await waitForSpan(server, isNamed('lone')))
  expect(lone && attribute(lone, 'exception.message')).toBe('a\ufffdb')
  expect(await page.evaluate(() => window.throughline?.health().droppedBy)).toEqual({})
})

test('a span larger than a batch is dropped and counted, and the others are sent', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    const api = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')] as {
      trace: { getTracer(name: string): { startSpan(name: string): HasAttributes } }
    }
    interface HasAttributes {
      setAttribute(key: string, value: unknown): void
      end(): void
    }
    const tracer = api.trace.getTracer('page')
    tracer.startSpan('small').end()
    const large = tracer.startSpan('large')
    large.setAttribute(
      'list',
      Array.from({ length: 1000 }, () => 'x'.repeat(4000)),
    )
    large.end()
    const many = tracer.startSpan('many')
    for (let n = 0; n < 200; n++) many.setAttribute(`key${n}`, n)
    many.end()
    await window.throughline?.flush()
  })
  await waitForSpan(server, isNamed('small'))
  const many = (await waitForSpan(server, isNamed('many'))) as OtlpSpan
  expect(many.droppedAttributesCount).toBeGreaterThanOrEqual(200 - 128)
  expect(await page.evaluate(() => window.throughline?.health().droppedBy)).toEqual({ overflow: 1 })
})

test('events and links beyond the limits of the specification are counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    interface Recorded {
      addEvent(name: string, attributes?: object): void
      addLink(link: object): void
      end(): void
    }
    const api = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')] as {
      trace: { getTracer(name: string): { startSpan(name: string): Recorded } }
    }
    const span = api.trace.getTracer('page').startSpan('full')
    const attributes = Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`k${n}`, n]))
    const context = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 0 }
    for (let n = 0; n < 130; n++) span.addEvent(`e${n}`, n === 129 ? attributes : {})
    for (let n = 0; n < 131; n++) span.addLink({ context, attributes: n === 130 ? attributes : {} })
    span.end()
    await window.throughline?.flush()
  })
  const span = await waitForSpan(server, isNamed('full'))
  expect(span).toMatchObject({ droppedEventsCount: 2, droppedLinksCount: 3 })
  expect(span.events).toHaveLength(128)
  expect(span.events.at(-1)).toMatchObject({ name: 'e129', droppedAttributesCount: 2 })
  expect(span.links.at(-1)).toMatchObject({ droppedAttributesCount: 2 })
})
