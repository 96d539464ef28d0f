import { expect, test } from 'vitest'
import type { Invocation } from '../../core/invocation.ts'
import { followBody } from './received-body.ts'
import { answerWithEnd, isComplete } from './response-body.ts'

const invocation = { unfinished: [], sdk: { now: () => Date.now() } } as unknown as Invocation

test('a forwarded response of known length ends when its body has been sent', async () => {
  const { readable, writable } = new FixedLengthStream(2)
  const received = new Response(readable)
  const ended: string[] = []
  followBody(invocation, received, () => ended.push('fetch'))
  const answer = answerWithEnd(new Response(received.body, received), () => ended.push('answer'))

  const reading = answer.text()
  const writer = writable.getWriter()
  await writer.write(new TextEncoder().encode('o'))
  expect(ended).toEqual([])
  await writer.write(new TextEncoder().encode('k'))
  await writer.close()

  expect(await reading).toBe('ok')
  expect(ended).toEqual(['fetch', 'answer'])
})

test('a short response that was made here ends at once', () => {
  expect(isComplete(new Response('hello'))).toBe(true)
  expect(isComplete(new Response(null))).toBe(true)
  expect(isComplete(new Response('x'.repeat(100_000)))).toBe(false)
  expect(isComplete(new Response(new TransformStream().readable))).toBe(false)
})

test('a received body that is forwarded is followed once, for the fetch and for the response', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const received = new Response(readable)
  const ended: string[] = []
  followBody(invocation, received, () => ended.push('fetch'))
  const answer = answerWithEnd(received, () => ended.push('answer'))

  const reading = answer.text()
  await writable.close()
  expect(await reading).toBe('')
  expect(ended).toEqual(['fetch', 'answer'])
})
