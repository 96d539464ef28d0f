import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import { tracing } from '../../index.ts'

type Bytes = Uint8Array<ArrayBuffer>

const LAST_BYTE_MILLIS = 1_000
/** The request lasts longer than the body by this time, so that a span that ends with the request is detected. */
const LONGER_MILLIS = 1_000

const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
const bodyOf = (response: Response) => response.body as ReadableStream<Bytes>
const text = (stream: ReadableStream) => new Response(stream).text()

async function readAll(reader: ReadableStreamDefaultReader<Bytes>): Promise<void> {
  while (!(await reader.read()).done);
}

async function readOne(response: Response): Promise<void> {
  const reader = bodyOf(response).getReader()
  await reader.read()
  reader.releaseLock()
}

/** Ways to read a body to its end. Its first bytes arrive at once, its last ones `LAST_BYTE_MILLIS` later. */
const READ_TO_THE_LAST_BYTE: [string, (response: Response) => Promise<unknown>][] = [
  ['its clone', (response) => response.clone().text()],
  [
    'the original, with a clone that is not read',
    async (response) => [response.clone(), await response.text()],
  ],
  ['the clone of a clone', (response) => response.clone().clone().text()],
  [
    'the original after a clone was cancelled',
    async (response) => {
      await Promise.all([response.clone().body?.cancel(), response.text()])
    },
  ],
  [
    'the clone after the original was cancelled',
    async (response) => {
      const copy = response.clone()
      await Promise.all([response.body?.cancel(), copy.text()])
    },
  ],
  [
    'the clone by a reader, after a reader of the original was cancelled',
    async (response) => {
      const copy = response.clone()
      const reader = bodyOf(response).getReader()
      await Promise.all([reader.read().then(() => reader.cancel()), readAll(bodyOf(copy).getReader())])
    },
  ],
  [
    'one half of a tee, with the other cancelled',
    async (response) => {
      const [one, other] = bodyOf(response).tee()
      await Promise.all([one.cancel(), readAll(other.getReader())])
    },
  ],
  [
    'one half of a tee of a half',
    async (response) => {
      const [one] = bodyOf(response).tee()
      await readAll(one.tee()[1].getReader())
    },
  ],
  [
    'both halves of a tee, in loops',
    async (response) => {
      await Promise.all(
        bodyOf(response)
          .tee()
          .map(async (half) => {
            for await (const _ of half);
          }),
      )
    },
  ],
  [
    'a loop that breaks with preventCancel, and a reader',
    async (response) => {
      for await (const _ of bodyOf(response).values({ preventCancel: true })) break
      await readAll(bodyOf(response).getReader())
    },
  ],
  [
    'a loop that breaks with preventCancel, and another loop',
    async (response) => {
      for await (const _ of bodyOf(response).values({ preventCancel: true })) break
      for await (const _ of bodyOf(response));
    },
  ],
  [
    'two readers',
    async (response) => {
      await readOne(response)
      await readAll(bodyOf(response).getReader())
    },
  ],
  [
    'a reader of own buffers',
    async (response) => {
      const reader = bodyOf(response).getReader({ mode: 'byob' })
      while (!(await reader.read(new Uint8Array(1024))).done);
    },
  ],
  [
    'a reader, after text() has failed on its lock',
    async (response) => {
      const reader = bodyOf(response).getReader()
      await response.text().catch(() => {})
      await readAll(reader)
    },
  ],
  [
    'pipeTo with preventClose',
    async (response) => {
      await bodyOf(response).pipeTo(new WritableStream(), { preventClose: true })
    },
  ],
  [
    'pipeTo aborted with preventCancel, and a reader',
    async (response) => {
      await bodyOf(response)
        .pipeTo(new WritableStream(), { preventCancel: true, signal: AbortSignal.timeout(50) })
        .catch(() => {})
      await readAll(bodyOf(response).getReader())
    },
  ],
  [
    'pipeTo into what fails, with preventCancel, and a reader',
    async (response) => {
      const failing = new WritableStream({
        write: () => {
          throw new Error('full')
        },
      })
      await bodyOf(response)
        .pipeTo(failing, { preventCancel: true })
        .catch(() => {})
      await readAll(bodyOf(response).getReader())
    },
  ],
  ['pipeThrough', (response) => text(bodyOf(response).pipeThrough(new TransformStream()))],
  [
    'pipeThrough into what decodes',
    async (response) => {
      for await (const _ of bodyOf(response).pipeThrough(new TextDecoderStream() as never));
    },
  ],
  [
    'a loop, after pipeThrough has refused its arguments',
    async (response) => {
      expect(() => bodyOf(response).pipeThrough({} as never)).toThrow(TypeError)
      for await (const _ of bodyOf(response));
    },
  ],
]

const READ_IN_PART: typeof READ_TO_THE_LAST_BYTE = [
  ['a reader that lets go', readOne],
  ['a reader that is kept', (response) => bodyOf(response).getReader().read()],
  [
    'a reader that cancels',
    async (response) => {
      const reader = bodyOf(response).getReader()
      await reader.read()
      await reader.cancel()
    },
  ],
  [
    'a loop that breaks',
    async (response) => {
      for await (const _ of bodyOf(response)) break
    },
  ],
  [
    'a loop that breaks with preventCancel',
    async (response) => {
      for await (const _ of bodyOf(response).values({ preventCancel: true })) break
    },
  ],
  [
    'a tee with both halves cancelled',
    async (response) => {
      await Promise.all(
        bodyOf(response)
          .tee()
          .map((half) => half.cancel()),
      )
    },
  ],
  [
    'a clone, both cancelled',
    async (response) => {
      await Promise.all([response.clone(), response].map(({ body }) => body?.cancel()))
    },
  ],
]

async function clientSpanOf(consume: (response: Response) => Promise<unknown>) {
  const collector = new TestCollector()
  const app = new Hono()
  app.use(tracing(collector.options()))
  app.get('/', async (c) => {
    await consume(await fetch(`${collector.url}/slow/${LAST_BYTE_MILLIS}`))
    await wait(LONGER_MILLIS)
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request('http://x/'), {}, ctx)
  expect(await response.text()).toBe('ok')
  await waitOnExecutionContext(ctx)
  const spans = await collector.waitForSpans(2)
  const client = spans.find(({ kind }) => kind === 3)
  expect(client?.status).toEqual({})
  return client
}

describe('the span of a fetch ends with the last byte that is read of its body', () => {
  test.concurrent.each(READ_TO_THE_LAST_BYTE)(
    'the span ends with the last byte that is read: %s',
    async (_, consume) => {
      const client = await clientSpanOf(consume)
      expect(client?.durationMillis).toBeGreaterThan(LAST_BYTE_MILLIS - 20)
      expect(client?.durationMillis).toBeLessThan(LAST_BYTE_MILLIS + LONGER_MILLIS - 20)
    },
  )
})

describe('the span of a fetch ends where reading ends, before the last byte', () => {
  test.concurrent.each(READ_IN_PART)('the span ends where reading ends: %s', async (_, consume) => {
    const client = await clientSpanOf(consume)
    expect(client?.durationMillis).toBeLessThan(LAST_BYTE_MILLIS - 50)
  })
})
