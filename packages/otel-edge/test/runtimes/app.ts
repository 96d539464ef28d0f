import { Hono } from 'hono'
import { stream, streamSSE, streamText } from 'hono/streaming'
import { flush, tracing } from '../../src/index.ts'

type Bytes = Uint8Array<ArrayBuffer>

const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
const bodyOf = (response: Response) => response.body as ReadableStream<Bytes>

async function textOf(body: ReadableStream<Bytes>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  const reader = body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

async function textInLoop(body: ReadableStream<Bytes>): Promise<string> {
  let text = ''
  for await (const part of body) text += new TextDecoder().decode(part)
  return text
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `no failure: ${await promise}`
  } catch (error) {
    const { name, message, cause } = error as Error
    return `${name}: ${message}, cause ${(cause as { code?: string } | undefined)?.code}`
  }
}

/** Ways to read a response. Each returns the data that it has read. */
const READINGS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: (response) => response.text(),
  json: (response) => failureOf(response.json()),
  bytes: async (response) => (await response.bytes()).length,
  'array-buffer': async (response) => (await response.arrayBuffer()).byteLength,
  blob: async (response) => {
    const blob = await response.blob()
    return [blob.size, blob.type]
  },
  form: (response) => failureOf(response.formData()),
  reader: (response) => textOf(bodyOf(response)),
  loop: (response) => textInLoop(bodyOf(response)),
  'clone-first': async (response) => [await response.clone().text(), await response.text()],
  'clone-last': async (response) => {
    const copy = response.clone()
    return [await response.text(), await copy.text()]
  },
  'clone-of-a-clone': async (response) => {
    const copy = response.clone().clone()
    return [await copy.text(), response.bodyUsed, copy.bodyUsed]
  },
  'clone-body': async (response) => {
    const copy = response.clone()
    return Promise.all([textOf(bodyOf(copy)), textInLoop(bodyOf(response))])
  },
  tee: async (response) => Promise.all(bodyOf(response).tee().map(textOf)),
  'tee-and-cancel': async (response) => {
    const [one, other] = bodyOf(response).tee()
    const [text] = await Promise.all([textOf(other), one.cancel()])
    return text
  },
  'keep-open': async (response) => {
    for await (const _ of bodyOf(response).values({ preventCancel: true })) break
    return [bodyOf(response).locked, (await textOf(bodyOf(response))).length > 0]
  },
  'break-off': async (response) => {
    for await (const _ of bodyOf(response)) break
    return failureOf(response.text())
  },
  'pipe-through': (response) =>
    new Response(bodyOf(response).pipeThrough(new TransformStream<Bytes, Bytes>())).text(),
  'pipe-to': async (response) => {
    let length = 0
    const sink = new WritableStream<Bytes>({
      write: (part) => {
        length += part.length
      },
    })
    await bodyOf(response).pipeTo(sink)
    return length
  },
  'new-response': (response) => new Response(response.body, response).text(),
  'own-buffers': async (response) => {
    try {
      const reader = bodyOf(response).getReader({ mode: 'byob' })
      let length = 0
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(1024))
        if (done) return length
        length += value.length
      }
    } catch (error) {
      return String(error)
    }
  },
  twice: async (response) => [(await response.text()).length, await failureOf(response.text())],
  'clone-used': async (response) => {
    await response.text()
    return failureOf((async () => response.clone())())
  },
  locked: async (response) => {
    const reader = bodyOf(response).getReader()
    const failures = [await failureOf(response.text()), await failureOf(bodyOf(response).cancel())]
    await reader.cancel()
    return [...failures, bodyOf(response).locked]
  },
  parts: async (response) => [
    response.status,
    response.ok,
    response.type,
    response.redirected,
    new URL(response.url).pathname,
    response.headers.get('content-type'),
    response instanceof Response,
    Object.prototype.toString.call(response),
    response.constructor.name,
    response.text.name,
    response.text.length,
    bodyOf(response) instanceof ReadableStream,
    Object.keys(response),
    bodyOf(response).getReader.name,
    bodyOf(response).pipeTo.length,
  ],
}

export const READING_NAMES: readonly string[] = Object.keys(READINGS)

/** An app with answers of every kind, bare or traced. */
export function createApp(upstream: string, isTraced: boolean): Hono {
  const app = new Hono()
  if (isTraced) app.use(tracing({ serviceName: 'app', trust: 'all', exporter: { batchDelayMillis: 50 } }))
  app.get('/text', (c) => c.text('hello'))
  app.get('/plain', () => new Response('plain'))
  app.get('/json', (c) => c.json({ a: [1, 'ü', null] }))
  app.get('/html', (c) => c.html('<p>page'))
  app.get('/empty', (c) => c.body(null, 204))
  app.get('/nothing', () => new Response())
  app.get('/not-modified', (c) => c.body(null, 304, { etag: '"a"' }))
  app.get('/moved', (c) => c.redirect('/text', 307))
  app.get('/redirect', () => Response.redirect('http://x.example/a', 302))
  app.get('/teapot', () => new Response('tea', { status: 418, statusText: 'Tea' }))
  app.get('/static-json', () => Response.json({ a: 1 }, { status: 201 }))
  app.get('/fails', () => {
    throw new RangeError('out of range')
  })
  app.get('/large', (c) => c.body('x'.repeat(1_000_000)))
  app.get('/bytes', (c) => c.body(new Uint8Array(70_000).fill(7)))
  app.get('/blob', () => new Response(new Blob(['blob'], { type: 'text/css' })))
  app.get('/own-length', () => new Response('12345', { headers: { 'content-length': '5' } }))
  app.get('/encoded', () => new Response('not really', { headers: { 'content-encoding': 'x-own' } }))
  app.get('/search', () => new Response(new URLSearchParams({ a: 'ü' })))
  app.get('/cookies', (c) => {
    c.header('set-cookie', 'a=1; Path=/', { append: true })
    c.header('set-cookie', 'b=2, 3', { append: true })
    c.header('x-own', 'yes')
    c.header('server-timing', 'db;dur=5')
    return c.text('cookies')
  })
  app.get('/stream', (c) =>
    stream(c, async (out) => {
      for (const part of ['one', 'two', 'three', 'four']) {
        if (part !== 'one') await wait(100)
        await out.write(part)
      }
    }),
  )
  app.get('/stream-text', (c) => streamText(c, async (out) => void (await out.writeln('line'))))
  app.get('/events', (c) =>
    streamSSE(c, async (out) => {
      for (const id of ['1', '2']) await out.writeSSE({ id, event: 'tick', data: 'a\nb' })
    }),
  )
  let cancelled = 0
  app.get('/endless', () => {
    const body = new ReadableStream({
      async pull(out) {
        await wait(20)
        out.enqueue(new Uint8Array(10))
      },
      cancel() {
        cancelled++
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  app.get('/cancelled', (c) => c.text(String(cancelled)))
  app.get('/breaks', () => {
    let parts = 0
    return new Response(
      new ReadableStream({
        async pull(out) {
          await wait(20)
          if (parts++ === 2) throw new RangeError('broken')
          out.enqueue(new Uint8Array(10))
        },
      }),
    )
  })
  app.get('/stream-of-one', () => new Response(new Blob(['one']).stream()))
  app.get('/empty-stream', () => new Response(new ReadableStream({ start: (out) => out.close() })))
  app.post('/echo-json', async (c) => c.json(await c.req.json()))
  app.post('/echo-text', async (c) => c.text(await c.req.text()))
  app.post('/echo-form', async (c) => c.json(await c.req.parseBody({ all: true })))
  app.post('/echo-body', (c) => c.body(c.req.raw.body as ReadableStream<Bytes>))
  app.post('/length', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  app.post('/bad-json', async (c) => c.text(await failureOf(c.req.json())))
  app.post('/unread', (c) => c.text('unread'))
  app.get('/passed', () => fetch(`${upstream}/plain`))
  app.get('/passed-slow', () => fetch(`${upstream}/slow`))
  app.get('/passed-changed', async () => {
    const response = await fetch(`${upstream}/plain`)
    return new Response(response.body, { status: 203, headers: { 'x-own': 'yes' } })
  })
  app.get('/passed-not-found', () => fetch(`${upstream}/not-found`))
  app.get('/cloned-and-passed', async () => {
    const response = await fetch(`${upstream}/plain`)
    await response.clone().text()
    return response
  })
  app.get('/used', async () => {
    const response = await fetch(`${upstream}/plain`)
    await response.text()
    return response
  })
  app.get('/refused', async (c) => c.text(await failureOf(fetch('http://127.0.0.1:1/'))))
  app.get('/no-address', async (c) => c.text(await failureOf(fetch('no address'))))
  app.get('/no-method', async (c) => c.text(await failureOf(fetch(upstream, { method: 'a b' }))))
  app.get('/aborted', async (c) =>
    c.text(await failureOf(fetch(`${upstream}/never`, { signal: AbortSignal.timeout(50) }))),
  )
  app.get('/aborted-body', async (c) => {
    const abort = new AbortController()
    const response = await fetch(`${upstream}/slow`, { signal: abort.signal })
    const reading = failureOf(response.text())
    setTimeout(() => abort.abort(), 20)
    return c.text(await reading)
  })
  app.get('/broken-body', async (c) => {
    const response = await fetch(`${upstream}/broken`)
    return c.text(`${(await failureOf(response.text())).length > 0}`)
  })
  app.get('/request-object', async (c) => {
    const request = new Request(`${upstream}/echo`, { method: 'PUT', headers: { 'x-own': '1' }, body: 'b' })
    return c.json(await (await fetch(request)).json())
  })
  app.get('/headers-object', async (c) => {
    const headers = new Headers([['x-own', '1']])
    const response = await fetch(`${upstream}/echo`, {
      method: 'post',
      headers,
      body: new URLSearchParams('a=1'),
    })
    return c.json(await response.json())
  })
  app.get('/slow-json', async (c) => c.text(await (await fetch(`${upstream}/slow`)).text()))
  app.get('/read/:how', async (c) => {
    const read = READINGS[c.req.param('how')] ?? READINGS.text
    return c.json({ read: await read?.(await fetch(`${upstream}/slow`)) })
  })
  app.post('/flush', async (c) => {
    await flush()
    return c.text('flushed')
  })
  return app
}
