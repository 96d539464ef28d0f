import { answerAsSite } from './site.ts'

export interface WireEnv {
  readonly ORIGIN: string
}

type Way = (response: Response) => Response | Promise<Response>

/** Ways to respond with a fetched response. */
export const WAYS: Readonly<Record<string, Way>> = {
  'as-it-is': (response) => response,
  encoded: (response) => response,
  copied: (response) => new Response(response.body, response),
  'with-a-header': (response) => {
    const copy = new Response(response.body, response)
    copy.headers.set('x-added', 'yes')
    return copy
  },
  cloned: (response) => response.clone(),
  'clone-and-read': async (response) => {
    const clone = response.clone()
    await clone.text()
    return response
  },
  teed: (response) => {
    const [left, right] = response.body?.tee() ?? []
    void right?.cancel()
    return new Response(left, response)
  },
  'read-and-answered': async (response) => new Response(await response.text(), response),
  piped: (response) => new Response(response.body?.pipeThrough(new IdentityTransformStream()), response),
  rewritten: (response) =>
    new HTMLRewriter().on('p', { element: (element) => void element.remove() }).transform(response),
  'body-alone': (response) => new Response(response.body),
  'read-already': async (response) => {
    await response.text()
    return response
  },
  locked: (response) => {
    response.body?.getReader()
    return response
  },
}

/** Responds itself, or with a fetched response. */
export const wireHandler = {
  async fetch(request: Request, env: WireEnv): Promise<Response> {
    const [, kind = '', way = '', page = ''] = new URL(request.url).pathname.split('/')
    if (kind === 'site') return answerAsSite(new Request(`http://site/${way}`, request))
    if (kind === 'body') return await readBody(request, way)
    if (kind === 'nothing') return undefined as unknown as Response
    if (kind === 'text') return 'a text' as unknown as Response
    const encodeResponseBody = way === 'encoded' ? 'manual' : 'automatic'
    const init: RequestInit = { method: request.method, redirect: 'manual', encodeResponseBody }
    const response = await fetch(`${env.ORIGIN}/${page}`, init)
    return await (WAYS[way] ?? ((same: Response) => same))(response)
  },
}

/** Reads the body of the request in one way and answers with it. */
async function readBody(request: Request, way: string): Promise<Response> {
  switch (way) {
    case 'text':
      return new Response(await request.text())
    case 'json':
      return Response.json(await request.json())
    case 'form':
      return Response.json([...(await request.formData())].map(([name]) => name))
    case 'stream':
      return new Response(request.body)
    case 'clone': {
      const copy = request.clone()
      return new Response(`${await request.text()} ${await copy.text()}`)
    }
    case 'signal':
      return new Response(`${request.signal.aborted} ${request.signal instanceof AbortSignal}`)
    default:
      return new Response(
        `${request.bodyUsed} ${request.body?.locked} ${request.constructor.name} ${Object.keys(request)}`,
      )
  }
}
