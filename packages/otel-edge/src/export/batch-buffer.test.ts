import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import type { PostOutcome } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { spanLimits } from '../config/span-limits.ts'
import { BatchBuffer } from './batch-buffer.ts'
import type { OtlpExporter } from './otlp-exporter.ts'
import type { RecordChunk } from './record-chunk.ts'

const SCOPE = { name: 'test' }
/** About 10 kB of JSON. */
const span = JSON.stringify({ name: 'x'.repeat(10_000) })

interface Setup {
  readonly answer: (post: number) => PostOutcome | Promise<PostOutcome>
  readonly hasQueue?: boolean
}

function setUp({ answer, hasQueue = false }: Setup) {
  const posted: number[] = []
  const queued: number[] = []
  const count = (chunks: readonly RecordChunk[]) => chunks.reduce((sum, { spanCount }) => sum + spanCount, 0)
  let posts = 0
  const exporter: OtlpExporter = {
    timeoutMillis: 10_000,
    async send(chunks) {
      const outcome = await answer(posts++)
      if (outcome.outcome === 'sent') posted.push(count(chunks))
      return outcome
    },
    ...(hasQueue && {
      async overflow(chunk: RecordChunk) {
        queued.push(count([chunk]))
        return true
      },
    }),
  }
  const sum = (counts: readonly number[]) => counts.reduce((total, value) => total + value, 0)
  return {
    buffer: new BatchBuffer({ exporter, windowMillis: 5, limits: spanLimits({ spanLimits: {} }) }),
    posts: () => posts,
    posted: () => sum(posted),
    queued: () => sum(queued),
  }
}

const STORED: PostOutcome = { outcome: 'sent' }

test('after a failed POST the other batches wait, and no record is lost', async () => {
  const { buffer, posts, posted } = setUp({
    answer: (post) => (post < 2 ? { outcome: 'retry', retryAfterMillis: 50 } : STORED),
  })
  const ctx = createExecutionContext()
  for (let index = 0; index < 400; index++) buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  expect(posted()).toBe(400)
  // Two failed POSTs, and then about 4 MB in POSTs of 1 MiB. There would be more if each batch had been tried each time.
  expect(posts()).toBeLessThanOrEqual(7)
})

test('during a pause that is longer than an invocation, records are sent to the overflow queue', async () => {
  const { buffer, posts, queued } = setUp({
    answer: () => ({ outcome: 'retry', retryAfterMillis: 60_000 }),
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

test('without a queue no invocation waits for such a pause, and the spans remain pending', async () => {
  let now: PostOutcome = { outcome: 'retry', retryAfterMillis: 16_000 }
  const { buffer, posts, posted } = setUp({ answer: () => now })
  const started = Date.now()
  for (let round = 0; round < 3; round++) {
    const ctx = createExecutionContext()
    buffer.add(span, SCOPE, ctx)
    await waitOnExecutionContext(ctx)
  }
  expect(Date.now() - started).toBeLessThan(15_000)
  expect(posts()).toBe(1)
  now = STORED
  // After 4 s, the remaining pause is shorter than an invocation by 3 s, which a busy machine may need.
  await scheduler.wait(4_000)
  const ctx = createExecutionContext()
  buffer.add(span, SCOPE, ctx)
  await waitOnExecutionContext(ctx)
  expect(posted()).toBe(4)
})

test('an invocation that rejects waitUntil throws nothing into the app, and the next one sends', async () => {
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

test('records in flight count against the memory limit', async () => {
  let posting = () => {}
  const isPosting = new Promise<void>((resolve) => {
    posting = resolve
  })
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  const { buffer, posted } = setUp({
    answer: async () => {
      posting()
      await isReleased
      return STORED
    },
  })
  const ctx = createExecutionContext()
  for (let index = 0; index < 900; index++) buffer.add(span, SCOPE, ctx)
  await isPosting
  for (let index = 0; index < 2_000; index++) buffer.add(span, SCOPE, ctx)
  release()
  await waitOnExecutionContext(ctx)
  const kept = posted()
  expect(kept).toBeGreaterThan(1_500)
  expect(kept).toBeLessThan(1_800)
})
