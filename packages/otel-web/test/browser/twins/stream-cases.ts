// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
// biome-ignore-all lint/suspicious/noSelfCompare: a getter is to return the same object each time
// biome-ignore-all lint/suspicious/noAssignInExpressions: a sink that counts is one line
import type { Case, Cases, Kit } from './kit.ts'

const READERS = ['text', 'json', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const
type Read = (typeof READERS)[number]
const read = (response: Response, name: Read) =>
  (response as unknown as Record<Read, () => Promise<unknown>>)[name]()

/** In which order a body and its copies are read. */
const ORDERS: Readonly<Record<string, (kit: Kit, response: Response) => Promise<unknown>>> = {
  once: async (_, response) => response.text(),
  twice: async (kit, response) => {
    await kit.settle('first', response.text())
    await kit.settle('second', response.text())
  },
  'twice at once': async (kit, response) => {
    await Promise.all([kit.settle('first', response.text()), kit.settle('second', response.text())])
  },
  'its clone first': async (kit, response) => {
    const clone = response.clone()
    await kit.settle('clone', clone.text())
    await kit.settle('own', response.text())
  },
  'its clone last': async (kit, response) => {
    const clone = response.clone()
    await kit.settle('own', response.text())
    await kit.settle('clone', clone.text())
  },
  'only its clone': async (kit, response) => kit.settle('clone', response.clone().text()),
  'a clone of a clone': async (kit, response) => {
    const [clone, again] = [response.clone(), response.clone().clone()]
    await Promise.all([
      kit.settle('again', again.text()),
      kit.settle('own', response.text()),
      kit.settle('clone', clone.text()),
    ])
  },
  'a clone when it is used': async (kit, response) => {
    await response.text()
    try {
      response.clone()
    } catch (error) {
      kit.log(error)
    }
  },
  'a clone whose own is cancelled': async (kit, response) => {
    const clone = response.clone()
    kit.settle('cancel', response.body?.cancel('no') ?? Promise.resolve())
    await kit.settle('clone', clone.text())
  },
  'a clone, both cancelled': async (kit, response) => {
    const clone = response.clone()
    await Promise.all([
      kit.settle('own', response.body?.cancel('a') ?? Promise.resolve()),
      kit.settle('clone', clone.body?.cancel('b') ?? Promise.resolve()),
    ])
  },
  'two branches': async (kit, response) => {
    const [a, b] = response.body?.tee() ?? []
    await kit.settle('b', new Response(b).text())
    await kit.settle('a', new Response(a).text())
    kit.log([response.bodyUsed, response.body?.locked])
  },
  'two branches, one cancelled': async (kit, response) => {
    const [a, b] = response.body?.tee() ?? []
    const cancelled = kit.settle('a', a?.cancel() ?? Promise.resolve())
    await kit.settle('b', new Response(b).text())
    await cancelled
  },
  'a new Response of its body': async (kit, response) => {
    const other = new Response(response.body, { headers: response.headers })
    await kit.settle('other', other.text())
    await kit.settle('own', response.text())
  },
  'a reader': async (_kit, response) => {
    const reader = response.body?.getReader()
    for (let size = 0; ; ) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      size += value?.length ?? 0
      if (done) return [size, response.bodyUsed, response.body?.locked]
    }
  },
  'a reader of bytes': async (kit, response) => {
    const reader = response.body?.getReader({ mode: 'byob' })
    for (let size = 0; ; ) {
      const { done, value } = (await reader?.read(new Uint8Array(100))) ?? { done: true }
      size += value?.length ?? 0
      if (done) {
        kit.log(value)
        return size
      }
    }
  },
  'a reader of another mode': async (_, response) => response.body?.getReader({ mode: 'x' as 'byob' }),
  'a reader with an odd option': async (kit, response) => {
    const options = new Proxy({}, { get: (_, key) => void kit.log(`get ${String(key)}`) })
    response.body?.getReader(options as never)
    return response.body?.locked
  },
  'a reader that is let go': async (kit, response) => {
    const reader = response.body?.getReader()
    await reader?.read()
    reader?.releaseLock()
    await kit.settle('text', response.text())
    await kit.settle('rest', new Response(response.body).text())
  },
  'a reader that no one handles': async (kit, response) => {
    const reader = response.body?.getReader()
    reader?.releaseLock()
    await kit.wait(20)
  },
  'a reader that cancels': async (kit, response) => {
    const reader = response.body?.getReader()
    kit.log(await reader?.cancel('enough'))
    kit.log(await reader?.read())
    await kit.settle('closed', reader?.closed ?? Promise.resolve())
  },
  cancelled: async (kit, response) => {
    kit.log(await response.body?.cancel())
    await kit.settle('text', response.text())
  },
  'cancelled while it is locked': async (kit, response) => {
    response.body?.getReader()
    await kit.settle('cancel', response.body?.cancel() ?? Promise.resolve())
    await kit.settle('text', response.text())
  },
  iterated: async (_kit, response) => {
    let size = 0
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) size += chunk.length
    return [size, response.body?.locked]
  },
  'iterated and left': async (kit, response) => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      kit.log(typeof chunk)
      break
    }
    await kit.settle('text', response.text())
    return response.body?.locked
  },
  'iterated and left by a throw': async (kit, response) => {
    try {
      for await (const _ of response.body as unknown as AsyncIterable<Uint8Array>)
        throw new RangeError('mine')
    } catch (error) {
      kit.log(error)
    }
    return [response.bodyUsed, response.body?.locked]
  },
  'iterated, left, read on': async (kit, response) => {
    const { body } = response
    for await (const _ of (body as unknown as { values(options: object): AsyncIterable<unknown> }).values({
      preventCancel: true,
    }))
      break
    kit.log(body?.locked)
    await kit.settle('rest', new Response(body).text())
  },
  'an iterator by hand': async (kit, response) => {
    const iterator = (response.body as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    kit.log([
      Reflect.ownKeys(iterator).length,
      Object.prototype.toString.call(iterator),
      iterator.next.name,
      iterator.return?.name,
    ])
    const results = await Promise.all([iterator.next(), iterator.next()])
    kit.log(results.map(({ done }) => typeof done))
    kit.log(await iterator.return?.('value'))
    kit.log(await iterator.next())
  },
  piped: async (kit, response) => {
    let size = 0
    kit.log(
      await response.body?.pipeTo(
        new WritableStream({ write: (chunk: Uint8Array) => void (size += chunk.length) }),
      ),
    )
    return size
  },
  'piped to what fails': async (kit, response) =>
    kit.settle(
      'pipe',
      response.body?.pipeTo(
        new WritableStream({
          write: () => {
            throw new RangeError('full')
          },
        }),
      ) ?? Promise.resolve(),
    ),
  'piped and aborted': async (kit, response) => {
    const controller = new AbortController()
    const piping = kit.settle(
      'pipe',
      response.body?.pipeTo(new WritableStream(), { signal: controller.signal }) ?? Promise.resolve(),
    )
    controller.abort('stop')
    await piping
  },
  'piped with options that are observed': async (kit, response) => {
    const options = new Proxy({}, { get: (_, key) => void kit.log(`get ${String(key)}`) })
    await response.body?.pipeTo(new WritableStream(), options)
  },
  'piped nowhere': async (kit, response) =>
    kit.settle('pipe', response.body?.pipeTo({} as WritableStream) ?? Promise.resolve()),
  'piped through': async (_, response) =>
    new Response(response.body?.pipeThrough(new TransformStream())).text(),
  'piped through a decoder': async (kit, response) => {
    const pair = new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>
    let text = ''
    const decoded = response.body?.pipeThrough(pair) as unknown as AsyncIterable<string>
    for await (const chunk of decoded) text += chunk
    kit.log(text.trim())
  },
  'piped through with options that are observed': async (kit, response) => {
    const options = new Proxy({}, { get: (_, key) => void kit.log(`get ${String(key)}`) })
    const pair = new TransformStream()
    const observed = new Proxy(
      {},
      { get: (_, key) => (kit.log(`pair ${String(key)}`), Reflect.get(pair, key)) },
    )
    return new Response(response.body?.pipeThrough(observed as TransformStream, options)).text()
  },
  'piped through a transform that fails': async (kit, response) => {
    const { readable, writable } = new TransformStream({
      transform: () => {
        throw new RangeError('bad')
      },
    })
    await kit.settle('text', new Response(response.body?.pipeThrough({ readable, writable })).text())
  },
  'piped through what is no pair': async (_, response) => response.body?.pipeThrough({} as TransformStream),
  'piped through itself twice': async (kit, response) => {
    response.body?.pipeThrough(new TransformStream())
    try {
      response.body?.pipeThrough(new TransformStream())
    } catch (error) {
      kit.log(error)
    }
  },
  'its body is one object': async (_, response) => [
    response.body === response.body,
    Reflect.ownKeys(response).length,
    response.body && Reflect.ownKeys(response.body).length,
  ],
}

export const streamCases: Cases = {
  ...Object.fromEntries(
    Object.entries(ORDERS).map(([name, run]): [string, Case] => [
      `a short body: ${name}`,
      async (kit) => run(kit, await fetch(kit.url())),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ORDERS).map(([name, run]): [string, Case] => [
      `a long body: ${name}`,
      async (kit) => run(kit, await fetch(kit.url('chunks=3&body=5'))),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ORDERS).map(([name, run]): [string, Case] => [
      `a body of the page's: ${name}`,
      (kit) => run(kit, new Response('{"own":1}')),
    ]),
  ),
  ...Object.fromEntries(
    READERS.flatMap((name): [string, Case][] => [
      [`${name}()`, async (kit) => read(await fetch(kit.url()), name)],
      [`${name}() of nothing`, async (kit) => read(await fetch(kit.url('status=204')), name)],
      [
        `${name}() of a body that breaks`,
        async (kit) => kit.settle(name, read(await fetch(kit.url('chunks=3&body=5&break')), name)),
      ],
      [
        `${name}() of a used body, not handled`,
        async (kit) => {
          const response = await fetch(kit.url())
          await response.text()
          void read(response, name)
          await kit.wait(10)
        },
      ],
      [
        `${name}() with arguments`,
        async (kit) => (read as (...args: unknown[]) => unknown)(await fetch(kit.url()), name),
      ],
      [
        `${name}() at once and again`,
        async (kit) => {
          const response = await fetch(kit.url())
          await Promise.all([
            kit.settle('first', read(response, name)),
            kit.settle('second', read(response, name)),
          ])
        },
      ],
    ]),
  ),
  'formData() of a form': async (kit) =>
    (await fetch(kit.url('type=application/x-www-form-urlencoded&content=a%3D1%26b%3D2'))).formData(),
  'json() of what is none': async (kit) =>
    kit.settle('json', (await fetch(kit.url('type=text/plain&content=nope'))).json()),
  'a body no one reads': async (kit) => (await fetch(kit.url('chunks=2&body=5'))).bodyUsed,
  'a source is asked for as before': async (kit) => {
    const source = new Proxy(
      {
        type: undefined,
        start: () => kit.log('start'),
        pull: (c: ReadableStreamDefaultController) => (kit.log('pull'), c.close()),
        cancel: () => kit.log('cancel'),
      },
      {
        get: (target, key) => (kit.log(`get ${String(key)}`), Reflect.get(target, key)),
        has: (target, key) => (kit.log(`has ${String(key)}`), Reflect.has(target, key)),
      },
    )
    await new Response(new ReadableStream(source as UnderlyingDefaultSource)).text()
  },
  'the callbacks of a source have their own this': async (kit) => {
    const source = {
      start(this: unknown) {
        kit.log(['start', this === source])
      },
      pull(this: unknown, controller: ReadableStreamDefaultController) {
        kit.log(['pull', this === source])
        controller.close()
      },
    }
    await new Response(new ReadableStream(source)).text()
    const sink = {
      write(this: unknown) {
        kit.log(['write', this === sink])
      },
      close(this: unknown) {
        kit.log(['close', this === sink])
      },
    }
    const writer = new WritableStream(sink).getWriter()
    await writer.write('x')
    await writer.close()
  },
  'sources that are none': ({ log }) => {
    for (const value of [
      null,
      5,
      'x',
      [],
      () => {},
      { type: 'x' },
      { pull: 5 },
      {
        start: () => {
          throw new RangeError('mine')
        },
      },
    ]) {
      for (const Stream of [ReadableStream, WritableStream, TransformStream] as (new (
        source: never,
      ) => object)[]) {
        try {
          log(String(new Stream(value as never)))
        } catch (error) {
          log(error)
        }
      }
    }
  },
  'ReadableStream.from': async () => {
    const from = (ReadableStream as unknown as { from?(items: unknown): ReadableStream }).from
    if (!from) return 'none'
    const reader = from.call(ReadableStream, ['a', 'b']).getReader()
    return [await reader.read(), await reader.read(), await reader.read()]
  },
}
