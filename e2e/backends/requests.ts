import { randomBytes } from 'node:crypto'

/** The context of a page that sends a request to its own origin. */
export interface Caller {
  readonly traceId: string
  readonly spanId: string
  readonly headers: Readonly<Record<string, string>>
}

export function newCaller(flags: '00' | '01' = '01'): Caller {
  const traceId = randomBytes(16).toString('hex')
  const spanId = randomBytes(8).toString('hex')
  const traceparent = `00-${traceId}-${spanId}-${flags}`
  return { traceId, spanId, headers: { traceparent, 'sec-fetch-site': 'same-origin' } }
}

/** The address at which the gateway calls the app. */
export function through(gateway: string, to: string): string {
  return `${gateway}/call?to=${encodeURIComponent(to)}`
}

/** The `traceparent` that the stock service received. */
export async function receivedTraceparent(response: Response): Promise<string | undefined> {
  const { headers } = (await response.json()) as { readonly headers: readonly string[] }
  return headers[headers.findIndex((name) => name.toLowerCase() === 'traceparent') + 1]
}
