import { type Pattern, sleep } from '../flow.ts'

let request = 0
const body = async (chunks = 3): Promise<ReadableStream<Uint8Array>> => {
  const response = await fetch(`/stream?chunks=${chunks}&streams=${request++}`)
  if (response.body === null) throw new Error('no body')
  return response.body
}

/** Async iteration of streams is not in every browser yet. */
async function* chunksOf<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    reader.releaseLock()
  }
}

export const streams: Pattern[] = [
  {
    name: 'a body piped through transforms into a sink of the flow',
    run: async (flow) => {
      let size = 0
      const counting = new TransformStream<Uint8Array, Uint8Array>({
        start: () => flow.check('start of the transform'),
        transform(chunk, controller) {
          flow.check('transform')
          size += chunk.length
          controller.enqueue(chunk)
        },
        flush: () => flow.check('flush'),
      })
      const sink = new WritableStream<Uint8Array>({
        async write() {
          flow.check('write')
          await sleep(1)
          flow.check('write, later')
        },
        close: () => flow.check('close'),
      })
      await (await body()).pipeThrough(counting).pipeTo(sink)
      flow.check(`after ${size > 0}`)
    },
  },
  {
    name: 'a body iterated with for await',
    run: async (flow) => {
      for await (const chunk of chunksOf(await body())) flow.check(`chunk ${chunk.length > 0}`)
      flow.check('after')
    },
  },
  {
    name: 'the own iterator of a stream, left early',
    run: async (flow) => {
      const stream = await body(6)
      if (!(Symbol.asyncIterator in stream)) return
      for await (const chunk of stream as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
        flow.check(`chunk ${chunk.length > 0}`)
        await sleep(1)
        flow.check('chunk, later')
        break
      }
      flow.check('after')
    },
  },
  {
    name: 'a body in two branches',
    run: async (flow) => {
      const [left, right] = (await body()).tee()
      const read = async (branch: ReadableStream<Uint8Array>, where: string) => {
        for await (const _chunk of chunksOf(branch)) flow.check(where)
        flow.check(`${where}, end`)
      }
      await Promise.all([read(left, 'left'), read(right, 'right')])
      flow.check('after')
    },
  },
  {
    name: 'a cloned response read twice',
    run: async (flow) => {
      const response = await fetch(`/json?clone=${request++}`)
      const copy = response.clone()
      await Promise.all([
        response.json().then(() => flow.check('json')),
        copy.text().then(() => flow.check('text')),
      ])
      flow.check('after')
    },
  },
  {
    name: 'a source that is pulled',
    run: async (flow) => {
      let chunk = 0
      const stream = new ReadableStream<number>(
        {
          async pull(controller) {
            flow.check('pull')
            await sleep(1)
            flow.check('pull, later')
            if (chunk === 3) controller.close()
            else controller.enqueue(chunk++)
          },
        },
        { highWaterMark: 0 },
      )
      for await (const _chunk of chunksOf(stream)) flow.check('chunk')
      flow.check('after')
    },
  },
  {
    name: 'a source that is cancelled, and a sink that is aborted',
    run: async (flow) => {
      const source = new ReadableStream<number>({
        start: (controller) => controller.enqueue(1),
        async cancel() {
          flow.check('cancel')
          await sleep(1)
          flow.check('cancel, later')
        },
      })
      const reader = source.getReader()
      await reader.read()
      await reader.cancel()
      flow.check('cancelled')
      const sink = new WritableStream<number>({ abort: () => flow.check('abort') })
      const writer = sink.getWriter()
      await writer.write(1)
      await writer.abort('enough')
      flow.check('aborted')
    },
  },
  {
    name: 'a sink that presses back',
    run: async (flow) => {
      const sink = new WritableStream<number>(
        {
          async write() {
            await sleep(1)
            flow.check('write')
          },
        },
        { highWaterMark: 1 },
      )
      const writer = sink.getWriter()
      for (let chunk = 0; chunk < 4; chunk++) {
        await writer.ready
        flow.check(`ready ${chunk}`)
        void writer.write(chunk)
      }
      await writer.close()
      flow.check('closed')
      await writer.closed
      flow.check('after')
    },
  },
  {
    name: 'a byte stream read into a buffer of the reader',
    run: async (flow) => {
      // Not implemented everywhere, although all have the name.
      if (!('releaseLock' in (globalThis.ReadableStreamBYOBReader?.prototype ?? {}))) return
      let left = 2
      const stream = new ReadableStream({
        type: 'bytes',
        async pull(controller) {
          await sleep(1)
          flow.check('pull')
          controller.enqueue(new Uint8Array(4))
          if (--left === 0) controller.close()
        },
      })
      const reader = stream.getReader({ mode: 'byob' })
      for (
        let read = await reader.read(new Uint8Array(4));
        !read.done;
        read = await reader.read(read.value)
      ) {
        flow.check('read')
      }
      flow.check('after')
    },
  },
  {
    name: 'a decoder of lines, from bytes to objects',
    run: async (flow) => {
      const lines = new TransformStream<string, string>({
        transform(text, controller) {
          flow.check('lines')
          for (const line of text.split('\n')) if (line) controller.enqueue(line)
        },
      })
      const source = new Blob(['{"a":1}\n{"a":2}\n']).stream()
      const objects = source
        .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(lines)
      for await (const line of chunksOf(objects)) {
        JSON.parse(line)
        flow.check('object')
      }
      flow.check('after')
    },
  },
  {
    name: 'a stream made from an async generator',
    run: async (flow) => {
      const { from } = ReadableStream as unknown as {
        from?: (source: AsyncIterable<number>) => ReadableStream<number>
      }
      async function* numbers() {
        for (let n = 0; n < 3; n++) {
          await sleep(1)
          flow.check('source')
          yield n
        }
      }
      const source = from === undefined ? numbers() : chunksOf(from.call(ReadableStream, numbers()))
      for await (const _number of source) flow.check('chunk')
      flow.check('after')
    },
  },
  {
    name: 'a request whose body is a stream of text',
    run: async (flow) => {
      const text = await new Response(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            await sleep(1)
            flow.check('pull')
            controller.enqueue(new TextEncoder().encode('{}'))
            controller.close()
          },
        }),
      ).text()
      flow.check(`after ${text}`)
    },
  },
  {
    name: 'the progress of a download',
    run: async (flow) => {
      let received = 0
      const progress = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          received += chunk.length
          flow.check(`progress ${received > 0}`)
          controller.enqueue(chunk)
        },
      })
      const response = new Response((await body(4)).pipeThrough(progress))
      await response.blob()
      flow.check('after')
    },
  },
]
