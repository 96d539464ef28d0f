// The HTTP instrumentation patches the properties of this object, not the named exports.
import http from 'node:http'
import { text } from 'node:stream/consumers'
import type { PaymentRequest } from './payment-request.ts'
import type { Payments } from './payments.ts'

const TIMEOUT_MILLIS = 4000

/** Payments of another service with the same API, such as apps/backend-go at `url`. */
export function openRemotePayments(url: string): Payments {
  const agent = new http.Agent({ keepAlive: true })
  return {
    async pay(request) {
      const { status, body } = await post(new URL('/payments', url), agent, request)
      if (status === 402) return { outcome: 'refused' }
      const paymentId = status === 201 ? paymentIdOf(JSON.parse(body)) : undefined
      if (paymentId === undefined) throw new Error(`the payments service answered with status ${status}`)
      return { outcome: 'accepted', paymentId }
    },
    close: () => agent.destroy(),
  }
}

async function post(
  url: URL,
  agent: http.Agent,
  content: PaymentRequest,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(TIMEOUT_MILLIS)
    const request = http.request(url, { method: 'POST', headers, agent, signal }, resolve)
    request.once('error', reject)
    request.end(JSON.stringify(content))
  })
  return { status: response.statusCode, body: await text(response) }
}

function paymentIdOf(body: unknown): string | undefined {
  const paymentId =
    typeof body === 'object' && body !== null && 'paymentId' in body ? body.paymentId : undefined
  return typeof paymentId === 'string' ? paymentId : undefined
}
