import { type Case, type Cases, casesOf, type Twin } from '../case.ts'
import { describe, headersOf, type Seen } from '../describe.ts'

type Source = (twin: Twin, page: string) => Promise<Response>

/** The sources of responses. */
const SOURCES: Readonly<Record<string, Source>> = {
  'the network': ({ env }, page) => fetch(`${env.ORIGIN}/${page}`),
  'a service': ({ env }, page) => env.SERVICE.fetch(`http://service/${page}`, { redirect: 'manual' }),
  'an object': ({ env }, page) =>
    env.OBJECT.getByName('reader').fetch(`http://object/${page}`, { redirect: 'manual' }),
  'this worker': async () => new Response('made here', { headers: { 'x-own': 'kept' } }),
}

const PAGES: Readonly<Record<string, readonly string[]>> = {
  'the network': [
    ...[
      'text',
      'json',
      'bad-json',
      'form',
      'multipart',
      'empty',
      'no-content',
      'not-modified',
      'partial',
      'long',
    ],
    ...['gzip', 'br', 'not-found', 'failed', 'redirect', 'loop', 'chunked'],
  ],
  'a service': ['text', 'multipart', 'stream', 'no-content', 'gzip', 'cookies', 'with-cf', 'throws-later'],
  'an object': ['json', 'fixed', 'empty-text', 'broken-stream', 'redirect'],
  'this worker': ['response'],
}

const collect = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) text += decoder.decode(chunk, { stream: true })
  return text
}
const bodyOf = ({ body }: Response): ReadableStream<Uint8Array> => {
  if (body === null) throw new Error('no body')
  return body as ReadableStream<Uint8Array>
}
const digest = (text: string): Seen => (text.length > 100 ? [text.slice(0, 20), text.length] : text)

/** Ways to read a response. */
const READERS: Readonly<Record<string, (response: Response) => unknown>> = {
  text: async (response) => digest(await response.text()),
  json: (response) => response.json(),
  formData: async (response) =>
    [...(await response.formData())].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.size,
    ]),
  arrayBuffer: (response) => response.arrayBuffer(),
  bytes: (response) => response.bytes(),
  blob: async (response) => {
    const blob = await response.blob()
    return [blob.type, blob.size, digest(await blob.text())]
  },
  'a reader': async (response) => {
    const reader = bodyOf(response).getReader()
    const first = await reader.read()
    const seen: Seen[] = [first.done, response.bodyUsed, bodyOf(response).locked]
    let bytes = first.value?.length ?? 0
    for (let part = first; !part.done; ) {
      part = await reader.read()
      bytes += part.value?.length ?? 0
    }
    await reader.closed
    reader.releaseLock()
    return [...seen, bytes, bodyOf(response).locked]
  },
  'a BYOB reader': async (response) => {
    const reader = bodyOf(response).getReader({ mode: 'byob' })
    let bytes = 0
    for (let part = await reader.read(new Uint8Array(4096)); !part.done; ) {
      bytes += part.value.length
      part = await reader.read(new Uint8Array(part.value.buffer))
    }
    return [describe(reader), bytes]
  },
  'a BYOB reader with readAtLeast': async (response) => {
    const reader = bodyOf(response).getReader({ mode: 'byob' })
    const { value, done } = await reader.readAtLeast(3, new Uint8Array(1024))
    await reader.cancel('enough')
    return [value?.length ?? 0, done]
  },
  'async iteration': async (response) => digest(await collect(bodyOf(response))),
  'async iteration left early': async (response) => {
    for await (const chunk of bodyOf(response)) return [chunk.length > 0, bodyOf(response).locked]
    return 'nothing came'
  },
  'async iteration with preventCancel': async (response) => {
    const body = bodyOf(response)
    let chunks = 0
    for await (const _ of body.values({ preventCancel: true })) {
      chunks++
      break
    }
    const locked = body.locked
    return [chunks, locked, digest(await collect(body))]
  },
  pipeTo: async (response) => {
    const { readable, writable } = new TransformStream()
    const piped = bodyOf(response).pipeTo(writable)
    const text = await collect(readable)
    return [digest(text), describe(await piped)]
  },
  'pipeTo with preventClose': async (response) => {
    const parts: number[] = []
    const events: string[] = []
    const sink = new WritableStream({
      write: (chunk) => void parts.push(chunk.length),
      close: () => void events.push('close'),
      abort: (reason) => void events.push(`abort ${reason}`),
    })
    await bodyOf(response).pipeTo(sink, { preventClose: true })
    await sink.close()
    return [parts.reduce((sum, part) => sum + part, 0), events]
  },
  'pipeTo with an aborted signal': async (response) => {
    const { writable } = new TransformStream()
    await bodyOf(response).pipeTo(writable, { signal: AbortSignal.abort(new Error('not now')) })
  },
  'pipeTo into what fails': async (response) => {
    const sink = new WritableStream({
      write() {
        throw new TypeError('the sink is full')
      },
    })
    await bodyOf(response).pipeTo(sink)
  },
  'pipeTo nothing': (response) => Reflect.apply(bodyOf(response).pipeTo, bodyOf(response), [undefined]),
  pipeThrough: async (response) => {
    const through = bodyOf(response).pipeThrough(new TextDecoderStream())
    let text = ''
    for await (const part of through) text += part
    return [describe(through.constructor), digest(text)]
  },
  'pipeThrough an identity stream': async (response) => {
    const through = bodyOf(response).pipeThrough(new IdentityTransformStream())
    return digest(await collect(through))
  },
  'pipeThrough compression': async (response) => {
    const there = bodyOf(response).pipeThrough(new CompressionStream('gzip'))
    return digest(await collect(there.pipeThrough(new DecompressionStream('gzip'))))
  },
  tee: async (response) => {
    const [left, right] = bodyOf(response).tee()
    const locked = bodyOf(response).locked
    return [locked, response.bodyUsed, digest(await collect(left)), digest(await collect(right))]
  },
  'tee read in turn from the right': async (response) => {
    const [left, right] = bodyOf(response).tee()
    const text = await collect(right)
    return [digest(text), left.locked, right.locked, digest(await new Response(left).text())]
  },
  'tee of a branch': async (response) => {
    const [left, right] = bodyOf(response).tee()
    const [first, second] = left.tee()
    await right.cancel('not wanted')
    return (await Promise.all([first, second].map(collect))).map(digest)
  },
  'tee of a clone': async (response) => {
    const clone = response.clone()
    const [left, right] = bodyOf(clone).tee()
    await left.cancel()
    return [digest(await response.text()), digest(await collect(right))]
  },
  'clone first': async (response) => {
    const clone = response.clone()
    const before = [clone === response, clone instanceof Response, clone.url === response.url, clone.status]
    return [...before, digest(await clone.text()), digest(await response.text())]
  },
  'clone last': async (response) => {
    const clone = response.clone()
    return [digest(await response.text()), digest(await clone.text()), clone.bodyUsed]
  },
  'clone of a clone': async (response) => {
    const clone = response.clone().clone()
    return [digest(await response.text()), describe(headersOf(clone.headers)), digest(await clone.text())]
  },
  'clone after reading': async (response) => {
    await response.text()
    return response.clone()
  },
  'text twice': async (response) => {
    await response.text()
    return response.text()
  },
  'text at once twice': (response) =>
    Promise.allSettled([response.text(), response.json()]).then((results) =>
      results.map((result) =>
        result.status === 'fulfilled' ? digest(String(result.value)) : describe(result.reason),
      ),
    ),
  'text while locked': async (response) => {
    bodyOf(response).getReader()
    return response.text()
  },
  'a second reader': (response) => {
    bodyOf(response).getReader()
    return bodyOf(response).getReader()
  },
  'tee while locked': (response) => {
    bodyOf(response).getReader()
    return bodyOf(response).tee()
  },
  'pipeTo while locked': (response) => {
    bodyOf(response).getReader()
    return bodyOf(response).pipeTo(new WritableStream())
  },
  'pipeThrough while locked': (response) => {
    bodyOf(response).getReader()
    return bodyOf(response).pipeThrough(new TextDecoderStream())
  },
  'cancel while locked': (response) => {
    bodyOf(response).getReader()
    return bodyOf(response).cancel()
  },
  cancel: async (response) => {
    const result = await bodyOf(response).cancel(new Error('enough'))
    return [describe(result), response.bodyUsed, bodyOf(response).locked]
  },
  'text after cancel': async (response) => {
    await bodyOf(response).cancel()
    return response.text()
  },
  'cancel of a reader': async (response) => {
    const reader = bodyOf(response).getReader()
    await reader.read()
    const result = await reader.cancel('enough')
    return [describe(result), describe(await reader.read())]
  },
  'releaseLock and read on': async (response) => {
    const reader = bodyOf(response).getReader()
    const { value } = await reader.read()
    reader.releaseLock()
    return [(value?.length ?? 0) > 0, response.bodyUsed, digest(await collect(bodyOf(response)))]
  },
  'a released reader': async (response) => {
    const reader = bodyOf(response).getReader()
    reader.releaseLock()
    return reader.read()
  },
  'a new response': async (response) => {
    const copy = new Response(response.body, response)
    return [
      copy.status,
      copy.statusText,
      headersOf(copy.headers),
      response.bodyUsed,
      digest(await copy.text()),
    ]
  },
  'a new response after reading': async (response) => {
    await response.text()
    return new Response(response.body, response)
  },
  'a new request': async (response) => {
    const request = new Request('http://x/', { method: 'POST', body: response.body })
    return [response.bodyUsed, digest(await request.text())]
  },
  'a rewriter': async (response) => {
    const rewritten = new HTMLRewriter().on('p', { text() {} }).transform(response)
    return [
      rewritten.constructor.name,
      rewritten.status,
      headersOf(rewritten.headers),
      digest(await rewritten.text()),
    ]
  },
  structuredClone: (response) => structuredClone(response),
  'a spread': (response) => ({ ...response }),
  nothing: (response) => response,
}

function reading(source: Source, page: string, read: (response: Response) => unknown): Case {
  return async (twin) => {
    const response = await source(twin, page)
    const seen = await twin.attempt(() => read(response))
    return [
      seen,
      describe(response),
      await twin.attempt(() => response.body?.locked),
      await twin.attempt(() => response.text().then(digest)),
    ]
  }
}

/** The readers that a table of every combination needs; the others run on one response of each source. */
const TRIED_ON_ALL = [
  ...['text', 'json', 'formData', 'blob', 'a reader', 'a BYOB reader', 'async iteration', 'pipeTo', 'tee'],
  ...['clone first', 'a new response', 'a rewriter', 'cancel', 'nothing'],
]

export const READING_CASES: Cases = casesOf(
  Object.entries(SOURCES).flatMap(([place, source]) =>
    (PAGES[place] ?? []).flatMap((page, index) =>
      Object.entries(READERS)
        .filter(([reader]) => index === 0 || TRIED_ON_ALL.includes(reader))
        .map(([reader, read]): [string, Case] => [
          `${page} of ${place} by ${reader}`,
          reading(source, page, read),
        ]),
    ),
  ),
)
