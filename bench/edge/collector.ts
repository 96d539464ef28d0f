import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'

// The collector and origin: counts POSTs and spans, answers a fetch, stores nothing. Prints its port, then serves `GET /count`.
let posts = 0
let bytes = 0
let spans = 0
const SPAN = '"spanId":'
const isCounting = process.env.COUNT_SPANS === '1'
const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    if (request.url === '/count') {
      response.end(JSON.stringify({ posts, bytes, spans }))
      posts = bytes = spans = 0
    } else response.end('upstream')
    return
  }
  posts++
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (isCounting) chunks.push(chunk)
  })
  request.on('end', () => {
    if (isCounting) {
      const body = Buffer.concat(chunks)
      spans += countSpans(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
    }
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})

function countSpans(json: Buffer): number {
  let count = 0
  for (let at = json.indexOf(SPAN); at >= 0; at = json.indexOf(SPAN, at + SPAN.length)) count++
  return count
}
