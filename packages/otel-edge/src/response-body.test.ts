import { expect, test } from 'vitest'
import type { Invocation } from './invocation.ts'
import { answerWithEnd, followBody, isComplete } from './response-body.ts'

const invocation = { unfinished: new Set(), sdk: { now: () => Date.now() } } as unknown as Invocation

test('an answer passed on with a known length ends when its body has been sent, not before', async () => {
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

test('an answer made here, of a few bytes, is over at once', () => {
  expect(isComplete(new Response('hello'))).toBe(true)
  expect(isComplete(new Response(null))).toBe(true)
  expect(isComplete(new Response('x'.repeat(100_000)))).toBe(false)
  expect(isComplete(new Response(new TransformStream().readable))).toBe(false)
})

test('a received body that is passed on is followed once, for the fetch and for the answer', async () => {
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
