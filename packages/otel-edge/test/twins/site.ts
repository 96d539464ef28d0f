/** Responses of the worker itself, the counterparts of the origin's resources. */
export async function answerAsSite(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const make = PAGES[pathname.slice(1)] ?? STREAMS[pathname.slice(1)]
  if (make) return make(request)
  if (pathname === '/echo') {
    const headers = [...request.headers].filter(
      ([name]) => !/^(?:traceparent|tracestate|baggage|cf-.*)$/.test(name),
    )
    const body = request.headers.get('content-type')?.startsWith('multipart/')
      ? [...(await request.formData()).keys()].join()
      : await request.text()
    const mask = (text: string) => text.replace(/boundary=.*/, 'boundary')
    return Response.json({
      method: request.method,
      query: String(searchParams),
      headers: headers.map(([name, value]) => mask(`${name}: ${value}`)),
      body: body.slice(0, 500),
      length: body.length,
    })
  }
  return new Response('no such page', { status: 404 })
}

const LONG = 'one line of many\n'.repeat(6_000)
const encode = (text: string) => new TextEncoder().encode(text)

async function compressed(text: string): Promise<ArrayBuffer> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream('gzip'))
  return await new Response(stream).arrayBuffer()
}

function fixed(text: string): ReadableStream {
  const bytes = encode(text)
  const { readable, writable } = new FixedLengthStream(bytes.length)
  const writer = writable.getWriter()
  void writer.write(bytes).then(() => writer.close())
  return readable
}

function slow(parts: readonly string[], end?: Error): ReadableStream {
  const rest = [...parts]
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const part = rest.shift()
      if (part !== undefined) controller.enqueue(encode(part))
      else if (end) controller.error(end)
      else controller.close()
    },
  })
}

/** The calls of the sources of the streams below, by the key of a case. */
const asked = new Map<string, string[]>()

function askedFor(request: Request): string[] {
  const key = new URL(request.url).search
  const log = asked.get(key) ?? []
  asked.set(key, log)
  return log
}

type Page = (request: Request) => Response | Promise<Response>

/** By path. */
export const PAGES: Readonly<Record<string, Page>> = {
  text: () => new Response('grüß dich', { headers: { 'x-own': 'kept' } }),
  json: () => Response.json({ a: [1, 'é'] }),
  'bad-json': () => new Response('{"a":', { headers: { 'content-type': 'application/json' } }),
  form: () => new Response(new URLSearchParams({ a: '1', b: 'é' })),
  multipart: () => {
    const form = new FormData()
    form.set('text', 'value')
    form.set('file', new File(['in a file'], 'a.txt', { type: 'text/plain' }))
    return new Response(form)
  },
  blob: () => new Response(new Blob(['a blob'], { type: 'text/css' })),
  buffer: () => new Response(encode('a buffer').buffer as ArrayBuffer),
  view: () => new Response(encode('a view')),
  stream: () => new Response(slow(['first ', 'second ', 'third'])),
  fixed: () => new Response(fixed('of fixed length')),
  identity: () => {
    const { readable, writable } = new IdentityTransformStream()
    void new Response('through identity').body?.pipeTo(writable)
    return new Response(readable)
  },
  long: () => new Response(LONG),
  'long-stream': () => new Response(new Response(LONG).body),
  gzip: async () =>
    new Response(await compressed(LONG), {
      encodeBody: 'manual',
      headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' },
    }),
  'small-gzip': async () =>
    new Response(await compressed('small'), {
      encodeBody: 'manual',
      headers: { 'content-encoding': 'gzip' },
    }),
  'auto-gzip': () => new Response(LONG, { headers: { 'content-encoding': 'gzip' } }),
  'small-auto-gzip': () => new Response('small', { headers: { 'content-encoding': 'gzip' } }),
  'auto-gzip-stream': () => new Response(slow(['a', 'b']), { headers: { 'content-encoding': 'gzip' } }),
  null: () => new Response(null),
  undefined: () => new Response(undefined, { headers: { 'content-length': '0' } }),
  'empty-text': () => new Response(''),
  'no-content': () => new Response(null, { status: 204 }),
  'reset-content': () => new Response(null, { status: 205 }),
  'not-modified': () => new Response(null, { status: 304, headers: { etag: '"v1"' } }),
  partial: () => new Response('part', { status: 206, headers: { 'content-range': 'bytes 0-3/10' } }),
  redirect: () => Response.redirect('http://elsewhere.example/a', 302),
  'permanent-redirect': () => new Response(null, { status: 308, headers: { location: '/text' } }),
  'not-found': () => new Response('nothing here', { status: 404, statusText: 'Nothing' }),
  failed: () => new Response('it broke', { status: 500 }),
  teapot: () => new Response('short and stout', { status: 418, statusText: 'I am a teapot' }),
  cookies: () => {
    const headers = new Headers({ 'x-own': 'kept' })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2; Path=/')
    return new Response('with cookies', { headers })
  },
  'own-length': () => new Response('four', { headers: { 'content-length': '4' } }),
  'own-timing': () => new Response('timed', { headers: { 'server-timing': 'db;dur=5, cache;desc="a, b"' } }),
  charset: () => new Response('text', { headers: { 'content-type': 'TEXT/plain; charset=ISO-8859-1' } }),
  'broken-stream': () => new Response(slow(['only this'], new Error('the stream broke'))),
  cloned: () => new Response('cloned').clone(),
  'with-cf': () => new Response('cf', { cf: { custom: 1 } }),
  frozen: () => Object.freeze(new Response('frozen')),
  throws: () => {
    throw new TypeError('the page throws')
  },
  'throws-later': async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    throw new RangeError('the page throws later')
  },
}

/** Endless pages, and the calls of their sources. */
const STREAMS: Readonly<Record<string, Page>> = {
  endless: (request) => {
    const log = askedFor(request)
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        controller.enqueue(encode('more '))
      },
      cancel(reason) {
        log.push(`cancelled: ${reason}`)
      },
    })
    return new Response(body)
  },
  pulled: (request) => {
    const log = askedFor(request)
    const body = new ReadableStream(
      {
        pull(controller) {
          log.push('pull')
          controller.enqueue(encode('x'.repeat(16_384)))
        },
        cancel(reason) {
          log.push(`cancelled: ${reason}`)
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body)
  },
  asked: (request) => Response.json(askedFor(request)),
}
