/** The outcome of a payment request. */
export type Payment =
  | { readonly outcome: 'paid'; readonly paymentId: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'unavailable'; readonly reason: string }

export interface PaymentRequest {
  readonly orderId: string
  readonly amountCents: number
  readonly card: string
}

const TIMEOUT_MILLIS = 5000

/** Requests a payment from the service at `backendUrl`. An unreachable service or an invalid response is an outcome, no error. */
export async function pay(backendUrl: string, request: PaymentRequest): Promise<Payment> {
  try {
    const response = await fetch(`${backendUrl}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    })
    // The body is always read: an unread response keeps its connection open.
    const body: unknown = await response.json()
    if (response.status === 402) return { outcome: 'refused' }
    const paymentId = response.status === 201 ? paymentIdOf(body) : undefined
    if (paymentId === undefined) return { outcome: 'unavailable', reason: `status ${response.status}` }
    return { outcome: 'paid', paymentId }
  } catch (error) {
    return { outcome: 'unavailable', reason: String(error) }
  }
}

function paymentIdOf(body: unknown): string | undefined {
  const paymentId =
    typeof body === 'object' && body !== null && 'paymentId' in body ? body.paymentId : undefined
  return typeof paymentId === 'string' ? paymentId : undefined
}
