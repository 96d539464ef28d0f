import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { SpanExporter } from './otlp-exporter.ts'
import type { PostOutcome } from './otlp-receiver.ts'
import { SpanBuffer } from './span-buffer.ts'
import type { SpanChunk } from './span-chunk.ts'

const SCOPE = { name: 'test' }
/** As a JSON text, of about 10 kB. */
const span = JSON.stringify({ name: 'x'.repeat(10_000) })

interface Setup {
  readonly answer: (post: number) => PostOutcome | Promise<PostOutcome>
  readonly hasQueue?: boolean
}

function setUp({ answer, hasQueue = false }: Setup) {
  const posted: number[] = []
  const queued: number[] = []
  const count = (chunks: readonly SpanChunk[]) => chunks.reduce((sum, { spanCount }) => sum + spanCount, 0)
  let posts = 0
  const exporter: SpanExporter = {
    timeoutMillis: 10_000,
    async send(chunks) {
      const outcome = await answer(posts++)
      if (outcome.result === 'stored') posted.push(count(chunks))
      return outcome
    },
    ...(hasQueue && {
      async overflow(chunk: SpanChunk) {
        queued.push(count([chunk]))
        return true
      },
    }),
  }
  const sum = (counts: readonly number[]) => counts.reduce((total, value) => total + value, 0)
  return {
    buffer: new SpanBuffer({ exporter, windowMillis: 5 }),
    posts: () => posts,
    posted: () => sum(posted),
    queued: () => sum(queued),
  }
}

const STORED: PostOutcome = { result: 'stored', rejectedCount: 0 }

test('after a POST that failed the others wait, and nothing is lost', async () => {
  const { buffer, posts, posted } = setUp({
    answer: (post) => (post < 2 ? { result: 'busy', retryAfterMillis: 50 } : STORED),
  })
  const ctx = createExecutionContext()
  for (let index = 0; index < 400; index++) buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  expect(posted()).toBe(400)
  // Two that failed, and then 4 MB in portions of one: had each portion been tried each time, there would be more.
  expect(posts()).toBeLessThanOrEqual(7)
})

test('a pause longer than an event lasts is for the queue, also for what comes during it', async () => {
  const { buffer, posts, queued } = setUp({
    answer: () => ({ result: 'busy', retryAfterMillis: 60_000 }),
    hasQueue: true,
  })
  for (let round = 0; round < 3; round++) {
    const ctx = createExecutionContext()
    buffer.add(span, SCOPE, ctx)
    await waitOnExecutionContext(ctx)
  }
  expect(queued()).toBe(3)
  expect(posts()).toBe(1)
})

test('without a queue such a pause keeps no event waiting, and the spans stay', async () => {
  let now: PostOutcome = { result: 'busy', retryAfterMillis: 16_000 }
  const { buffer, posts, posted } = setUp({ answer: () => now })
  const started = Date.now()
  for (let round = 0; round < 3; round++) {
    const ctx = createExecutionContext()
    buffer.add(span, SCOPE, ctx)
    await waitOnExecutionContext(ctx)
  }
  expect(Date.now() - started).toBeLessThan(2_000)
  expect(posts()).toBe(1)
  now = STORED
  // A second and a bit later the rest of the pause fits into an event.
  await scheduler.wait(1_200)
  const ctx = createExecutionContext()
  buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  expect(posted()).toBe(4)
}, 30_000)

test('an event that takes no promise any more throws nothing into the host, and the next one flushes', async () => {
  const { buffer, posted } = setUp({ answer: () => STORED })
  const over = {
    waitUntil() {
      throw new Error('the event is over')
    },
  }
  buffer.add(span, SCOPE, over)
  const ctx = createExecutionContext()
  buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  expect(posted()).toBe(2)
})

test('what is on its way counts against the memory there is', async () => {
  const { buffer, posted } = setUp({
    answer: async () => {
      await scheduler.wait(300)
      return STORED
    },
  })
  const ctx = createExecutionContext()
  for (let index = 0; index < 900; index++) buffer.add(span, SCOPE, ctx)
  await scheduler.wait(50)
  for (let index = 0; index < 2_000; index++) buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  const kept = posted()
  expect(kept).toBeGreaterThan(1_500)
  expect(kept).toBeLessThan(1_800)
}, 30_000)
