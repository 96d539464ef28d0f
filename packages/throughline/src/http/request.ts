import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { decodeText } from './decode-text.ts'
import { decompress } from './decompress.ts'
import { explainFailure, failureAsValue, RequestFailure } from './failure.ts'

/** The maximum size of a response body. The rest is not read. */
const MAX_BODY_BYTES = 8 * 1024 * 1024
/** The limit of Chromium. That of Node.js is 16 kB, which a long policy exceeds. */
const MAX_HEADER_BYTES = 256 * 1024

export interface RequestInput {
  /** User info in it is sent as `Authorization`. */
  readonly url: URL
  /** Default `GET`. */
  readonly method?: string
  /** Header names are lower-case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** How long the whole exchange may take, in milliseconds. */
  readonly timeoutMillis: number
}

/** A response. Redirects are responses too: they are not followed. */
export interface Response {
  readonly url: URL
  readonly status: number
  /** Name in lower case and value of each header line. */
  readonly headers: readonly (readonly [string, string])[]
  /** The body as text, decompressed. */
  readonly body: string
  /** When the request was sent and when the headers of the response arrived, in Unix milliseconds. */
  readonly sentMillis: number
  readonly receivedMillis: number
}

/**
 * Sends one request as it is given: without a cookie jar, cache, redirects or added `Sec-Fetch-*` headers.
 *
 * @throws {RequestFailure} when there is no response.
 */
export async function send(input: RequestInput): Promise<Response> {
  const { url, method = 'GET', headers = {}, timeoutMillis } = input
  const signal = AbortSignal.timeout(timeoutMillis)
  const options: RequestOptions = {
    method,
    headers: { 'user-agent': 'throughline-doctor', ...headers, ...authorization(url), ...length(input.body) },
    signal,
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    // As browsers, it accepts lines that end in LF. Nothing follows the response, since a connection has one request.
    insecureHTTPParser: true,
  }
  const sentMillis = Date.now()
  try {
    const message = await exchange(url, options, input.body)
    const receivedMillis = Date.now()
    const { statusCode: status = 0 } = message
    const lines = headerLines(message.rawHeaders)
    const bytes = await readBody(message)
    const { 'content-encoding': encoding = '', 'content-type': type } = message.headers
    const body = await decompress(bytes, encoding, MAX_BODY_BYTES)
    return {
      url: withoutUserInfo(url),
      status,
      headers: lines,
      body: decodeText(body, type),
      sentMillis,
      receivedMillis,
    }
  } catch (error) {
    // While the body is read, the error of an aborted request says that the connection was closed.
    if (error instanceof RequestFailure) throw error
    throw explainFailure(signal.aborted ? signal.reason : error, url.host, timeoutMillis)
  }
}

/** `send`, with the failure as a value. */
export function trySend(input: RequestInput): Promise<Response | RequestFailure> {
  return failureAsValue(send(input))
}

/** The value of a header; several lines are joined by commas. `undefined` when it is absent. */
export function headerOf({ headers }: Pick<Response, 'headers'>, name: string): string | undefined {
  const values = headers.flatMap(([key, value]) => (key === name ? [value] : []))
  return values.length > 0 ? values.join(', ') : undefined
}

/** The items of a header that is a list. */
export function listOf(response: Pick<Response, 'headers'>, name: string): string[] {
  const items = (headerOf(response, name) ?? '').split(',').map((item) => item.trim())
  return items.filter((item) => item !== '')
}

/** The media type of a response in lower case, without parameters; empty when it is absent. */
export function mediaTypeOf(response: Pick<Response, 'headers'>): string {
  return (headerOf(response, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Whether a response is a redirect. */
export function isRedirect({ status }: Pick<Response, 'status'>): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** The address without user info, which must not be printed. */
function withoutUserInfo(url: URL): URL {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  return copy
}

function exchange(url: URL, options: RequestOptions, body?: Uint8Array | string): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(withoutUserInfo(url), options, resolve)
    outgoing.on('error', reject)
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new RequestFailure('other', `${url.host} switches to another protocol (status 101)`))
    })
    outgoing.end(body)
  })
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    // Leaving the loop destroys the connection.
    if (sizeBytes > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks)
}

function headerLines(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
  )
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {}
  const pair = `${decodeUserInfo(username)}:${decodeUserInfo(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** User name or password of an address. A percent sign that encodes nothing is one. */
export function decodeUserInfo(text: string): string {
  return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
}

function length(body: Uint8Array | string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}
