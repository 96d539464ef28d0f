import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { TestProject } from 'vitest/node'

interface Post {
  readonly headers: IncomingMessage['headers']
  /** As received, decompressed, base64. */
  readonly body: string
}

/**
 * The far side of the network for the tests in workerd: a real HTTP server that keeps what is posted to
 * `/{id}/v1/traces`, gives it back on `GET /{id}/posts`, and behaves as `POST /{id}/behaviour` last told it.
 */
export default async function startCollectorServer(project: TestProject): Promise<() => Promise<void>> {
  const posts = new Map<string, Post[]>()
  const behaviours = new Map<
    string,
    { status?: number; hangMillis?: number; headers?: Record<string, string>; body?: string; times?: number }
  >()
  const server = createServer(async (request, response) => {
    const [, id = '', ...path] = (request.url ?? '').replace(/\?.*/, '').split('/')
    const body = await read(request)
    if (path[0] === 'posts') {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify(posts.get(id) ?? []))
    }
    if (path[0] === 'behaviour') {
      behaviours.set(id, JSON.parse(body.toString()))
      return response.end()
    }
    if (path[0] === 'echo') {
      response.setHeader('content-type', 'application/json')
      const { method, headers } = request
      return response.end(JSON.stringify({ ...headers, ':method': method, ':body': body.toString() }))
    }
    if (path[0] === 'slow' || path[0] === 'slow-sized') {
      if (path[0] === 'slow-sized') response.setHeader('content-length', 9)
      response.write('first')
      return setTimeout(() => response.end('last'), Number(path[1]))
    }
    const behaviour = behaviours.get(id)
    if (behaviour) {
      if (behaviour.times !== undefined && --behaviour.times === 0) behaviours.delete(id)
      if (behaviour.hangMillis !== undefined)
        return setTimeout(() => response.destroy(), behaviour.hangMillis).unref()
      if (behaviour.status !== undefined) {
        const headers = { 'content-type': 'application/json', ...behaviour.headers }
        return response.writeHead(behaviour.status, headers).end(behaviour.body)
      }
    }
    const list = posts.get(id) ?? []
    posts.set(id, list)
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    list.push({ headers: request.headers, body: plain.toString('base64') })
    response.setHeader('content-type', 'application/json')
    return response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide(
    'collectorUrl' as never,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}` as never,
  )
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
