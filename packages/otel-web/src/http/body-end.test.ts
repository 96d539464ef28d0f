import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BodyWatcher } from './body-end.ts'

let watcher: BodyWatcher
beforeEach(() => {
  watcher = new BodyWatcher()
  watcher.enable()
})
afterEach(() => watcher.disable())

interface Watched {
  readonly response: Response
  /** The ends that were reported: the error of each, or 'complete'. */
  readonly ends: unknown[]
  /** Resolves with the first end. */
  readonly ended: Promise<unknown>
}

function watch(body: BodyInit | null = '{"a":1}'): Watched {
  const response = new Response(body)
  const ends: unknown[] = []
  const ended = new Promise<unknown>((resolve) => {
    watcher.watch(response, (...[error]) => {
      ends.push(error ?? 'complete')
      resolve(ends[0])
    })
  })
  return { response, ends, ended }
}

const failure = new Error('connection lost')
/** A body that fails after its first chunk. */
const broken = () => {
  let count = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (count++ === 0) controller.enqueue(new Uint8Array([123]))
      else controller.error(failure)
    },
  })
}
const chunks = (count = 3) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      if (count-- > 0) controller.enqueue(new Uint8Array([97]))
      else controller.close()
    },
  })

async function readAll(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader()
  for (let step = await reader.read(); !step.done; step = await reader.read());
}
const bodyOf = ({ body }: Response) => body as ReadableStream<Uint8Array>

// https://fetch.spec.whatwg.org/#body-mixin and https://streams.spec.whatwg.org/#rs-class
// Loops are tested in browsers: the iterators of Node's streams have no prototype with methods.
const WAYS: readonly (readonly [name: string, read: (response: Response) => Promise<unknown>])[] = [
  ['text()', (response) => response.text()],
  ['arrayBuffer()', (response) => response.arrayBuffer()],
  ['blob()', (response) => response.blob()],
  ['bytes()', (response) => response.bytes()],
  ['a reader', (response) => readAll(bodyOf(response))],
  ['pipeTo()', (response) => bodyOf(response).pipeTo(new WritableStream())],
  ['pipeThrough()', (response) => readAll(bodyOf(response).pipeThrough(new TransformStream()))],
  ['clone()', (response) => Promise.all([response.clone().text(), response.text()])],
  ['tee()', (response) => Promise.all(bodyOf(response).tee().map(readAll))],
]

describe.each(WAYS)('a body that is read by %s', (_, read) => {
  test('ends when it was read', async () => {
    const { response, ends, ended } = watch(chunks())
    const reading = read(response)
    expect(ends).toEqual([])
    await reading
    expect(await ended).toBe('complete')
  })

  test('ends with the error of the stream, which the page gets', async () => {
    const { response, ended } = watch(broken())
    await expect(read(response)).rejects.toBe(failure)
    expect(await ended).toBe(failure)
  })

  test('is read as without tracing when it is not watched', async () => {
    await expect(read(new Response('{}'))).resolves.not.toThrow()
  })
})

describe('a body that is read as JSON', () => {
  test('has its value', async () => {
    const { response, ended } = watch()
    expect(await response.json()).toEqual({ a: 1 })
    expect(await ended).toBe('complete')
  })

  test('and is not JSON has arrived all the same', async () => {
    const { response, ended } = watch('<html>')
    await expect(response.json()).rejects.toThrow(SyntaxError)
    expect(await ended).toBe('complete')
  })
})

describe('a body that is cancelled has ended', () => {
  test.each<[string, (response: Response) => Promise<unknown>]>([
    ['by its stream', (response) => bodyOf(response).cancel('enough')],
    ['by a reader', (response) => bodyOf(response).getReader().cancel('enough')],
    [
      'by the signal of a pipe',
      (response) =>
        bodyOf(response)
          .pipeTo(new WritableStream(), { signal: AbortSignal.abort() })
          .catch(() => {}),
    ],
    [
      'by the sink of a pipe that fails',
      (response) => {
        const write = () => {
          throw new Error('disk full')
        }
        return bodyOf(response)
          .pipeTo(new WritableStream({ write }))
          .catch(() => {})
      },
    ],
  ])('%s', async (_, cancel) => {
    const { response, ended } = watch(chunks())
    await cancel(response)
    expect(await ended).toBe('complete')
  })
})

describe('a body has not ended', () => {
  test('when a reader was released and another one can go on', async () => {
    const { response, ends, ended } = watch(chunks())
    const stream = bodyOf(response)
    const reader = stream.getReader()
    await reader.read()
    reader.releaseLock()
    await expect(reader.closed).rejects.toThrow(TypeError)
    expect(ends).toEqual([])
    await readAll(stream)
    expect(await ended).toBe('complete')
  })

  test('when a second read is refused', async () => {
    const { response, ends, ended } = watch(chunks())
    const reading = response.text()
    await expect(response.text()).rejects.toThrow(TypeError)
    expect(ends.length).toBeLessThanOrEqual(1)
    expect(await reading).toBe('aaa')
    expect(await ended).toBe('complete')
    expect(ends).toHaveLength(1)
  })

  test('when a read of a locked body is refused', async () => {
    const { response, ends } = watch(chunks())
    const reader = bodyOf(response).getReader()
    await expect(response.text()).rejects.toThrow(TypeError)
    expect(ends).toEqual([])
    reader.releaseLock()
  })

  test('when a locked body cannot be piped', async () => {
    const { response, ends } = watch(chunks())
    const stream = bodyOf(response)
    const reader = stream.getReader()
    await expect(stream.pipeTo(new WritableStream())).rejects.toThrow(TypeError)
    expect(() => stream.pipeThrough(new TransformStream())).toThrow(TypeError)
    await expect(stream.cancel()).rejects.toThrow(TypeError)
    expect(ends).toEqual([])
    reader.releaseLock()
  })
})

test.each([undefined, null, 7, {}, { readable: new ReadableStream() }])(
  'pipeThrough(%j) throws the error of the platform',
  (pair) => {
    const { response } = watch(chunks())
    expect(() => bodyOf(response).pipeThrough(pair as never)).toThrow(TypeError)
  },
)

describe('a response is touched', () => {
  test.each<[string, (response: Response) => unknown, boolean]>([
    ['when nothing was done', () => {}, false],
    ['when its status was read', (response) => response.status, false],
    ['when its stream was obtained', (response) => response.body, true],
    ['when it was cloned', (response) => response.clone(), true],
    ['when it is read', (response) => response.text(), true],
  ])('%s: %s', async (_, act, isTouched) => {
    const { response } = watch()
    await act(response)
    expect(watcher.isTouched(response)).toBe(isTouched)
  })

  test('also when it was read without being watched', async () => {
    const response = new Response('x')
    expect(watcher.isTouched(response)).toBe(false)
    await response.text()
    expect(watcher.isTouched(response)).toBe(true)
  })
})

test('all methods are restored, and a watched body is no longer followed', async () => {
  watcher.disable()
  const before = [Response.prototype.text, ReadableStream.prototype.getReader, Response.prototype.clone]
  watcher.enable()
  expect(Response.prototype.text).not.toBe(before[0])
  watcher.disable()
  const after = [Response.prototype.text, ReadableStream.prototype.getReader, Response.prototype.clone]
  expect(after).toEqual(before)
  expect(after.every((method, n) => method === before[n])).toBe(true)
  const { response, ends } = watch()
  await response.text()
  expect(ends).toEqual([])
})
