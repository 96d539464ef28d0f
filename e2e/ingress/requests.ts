import { randomBytes } from 'node:crypto'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'

/** A response, with what the last service of the chain received. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The trace id of its server span. */
  readonly traceId: string
  /** Its request headers as they arrived, in order. */
  readonly received: readonly (readonly [name: string, value: string])[]
}

/** The first address, which calls the second, which calls the third. The last one answers with what it received. */
export function through(...urls: readonly string[]): string {
  const [last = '', ...others] = urls.toReversed()
  return others.reduce((to, url) => `${url}/call?to=${encodeURIComponent(to)}`, `${last}/answer`)
}

/** The context of a page that sends a request to its own origin. */
export interface Caller {
  readonly traceId: string
  readonly spanId: string
  readonly headers: Readonly<Record<string, string>>
}

export function newCaller(): Caller {
  const traceId = randomBytes(16).toString('hex')
  const spanId = randomBytes(8).toString('hex')
  const headers = { traceparent: `00-${traceId}-${spanId}-01`, 'sec-fetch-site': 'same-origin' }
  return { traceId, spanId, headers }
}

/** Sends a GET request. A list of values is sent as several lines. */
export function ask(url: string, headers: OutgoingHttpHeaders): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve(toAnswer(response.statusCode ?? 0, response.headers, body)))
    })
    outgoing.on('error', reject).end()
  })
}

function toAnswer(status: number, headers: IncomingHttpHeaders, body: string): Answer {
  if (status !== 200) return { status, headers, traceId: '', received: [] }
  const { traceId, headers: raw } = JSON.parse(body) as { traceId: string; headers: readonly string[] }
  const received = raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : [],
  )
  return { status, headers, traceId, received }
}

/** The values of a header in the order in which they arrived. */
export function valuesOf({ received }: Answer, name: string): string[] {
  return received.filter(([each]) => each === name).map(([, value]) => value)
}
