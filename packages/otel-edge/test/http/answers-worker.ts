import { instrument } from '../../src/index.ts'

const LARGE = 'x'.repeat(65_537)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const streamOf = (text: string) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytesOf(text))
      controller.close()
    },
  })

function sized(length: number, text: string): ReadableStream {
  const { readable, writable } = new FixedLengthStream(length)
  const writer = writable.getWriter()
  const sent = async () => {
    await writer.write(bytesOf(text))
    await writer.close()
  }
  sent().catch(() => {})
  return readable
}

const headers = (init: Record<string, string>) => ({ headers: init })

/** Responses whose length, encoding or body the runtime handles specially. */
export const ANSWERS: Readonly<Record<string, (request: Request, origin: string) => unknown>> = {
  text: () => new Response('hello'),
  large: () => new Response(LARGE),
  'large-gzip': () => new Response(LARGE, headers({ 'content-encoding': 'gzip' })),
  'large-GZIP': () => new Response(LARGE, headers({ 'content-encoding': 'GZIP' })),
  'large-br': () => new Response(LARGE, headers({ 'content-encoding': 'br' })),
  'large-deflate': () => new Response(LARGE, headers({ 'content-encoding': 'deflate' })),
  'large-identity': () => new Response(LARGE, headers({ 'content-encoding': 'identity' })),
  'large-manual': () =>
    new Response(LARGE, { headers: { 'content-encoding': 'gzip' }, encodeBody: 'manual' }),
  'large-own-length': () => new Response(LARGE, headers({ 'content-length': '5' })),
  'large-204': () => new Response(null, { status: 204, headers: { 'content-length': '0' } }),
  'not-modified': () => new Response(null, { status: 304, headers: { etag: '"a"' } }),
  part: () => new Response(LARGE, { status: 206, headers: { 'content-range': 'bytes 0-65536/70000' } }),
  stream: () => new Response(streamOf(LARGE)),
  'stream-gzip': () => new Response(streamOf(LARGE), headers({ 'content-encoding': 'gzip' })),
  'stream-own-length': () => new Response(streamOf(LARGE), headers({ 'content-length': '65537' })),
  sized: () => new Response(sized(70_000, 'x'.repeat(70_000))),
  'sized-gzip': () =>
    new Response(sized(70_000, 'x'.repeat(70_000)), headers({ 'content-encoding': 'gzip' })),
  'sized-too-short': () => new Response(sized(10, 'short')),
  blob: () => new Response(new Blob([LARGE], { type: 'text/css' })),
  cookies: () => {
    const response = new Response(LARGE)
    response.headers.append('set-cookie', 'a=1')
    response.headers.append('set-cookie', 'b=2, c')
    return response
  },
  redirect: () => Response.redirect('http://x.example/', 307),
  reason: () => new Response(LARGE, { status: 418, statusText: 'Tea' }),
  passed: (_, origin) => fetch(`${origin}/plain`),
  'passed-gzip': (_, origin) => fetch(`${origin}/gzip`),
  'passed-zstd': (_, origin) => fetch(`${origin}/zstd`),
  'passed-head': (_, origin) => fetch(`${origin}/plain`, { method: 'HEAD' }),
  'passed-status-700': (_, origin) => fetch(`${origin}/status-700`),
  'cloned-and-passed': async (_, origin) => {
    const response = await fetch(`${origin}/plain`)
    await response.clone().text()
    return response
  },
  used: async () => {
    const response = new Response(LARGE)
    await response.text()
    return response
  },
  'used-in-part': async () => {
    const response = new Response(streamOf(LARGE))
    const reader = response.body?.getReader()
    await reader?.read()
    reader?.releaseLock()
    return response
  },
  locked: () => {
    const response = new Response(streamOf(LARGE))
    response.body?.getReader()
    return response
  },
  'no-answer': () => undefined,
  'no-response': () => ({ status: 200, body: 'x' }),
  throws: () => {
    throw new RangeError('out of range')
  },
}

async function answer(request: Request, env: Env): Promise<Response> {
  const name = new URL(request.url).pathname.split('/')[2] ?? ''
  return (await ANSWERS[name]?.(request, env.ORIGIN)) as Response
}

interface Env {
  readonly ORIGIN: string
}

const traced = instrument<Env>({ fetch: answer }, { serviceName: 'answers' })

/** The same handler bare and traced. Errors become text, because the runtime would hide them. */
export default {
  fetch(request, env, ctx) {
    return new URL(request.url).pathname.startsWith('/traced/')
      ? (traced.fetch?.(request, env, ctx) as Promise<Response>)
      : answer(request, env)
  },
} satisfies ExportedHandler<Env>
