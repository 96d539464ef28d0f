/** What came of asking for money. */
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

/** Asks the payments service at `backendUrl`. Its being away or out of its mind is an outcome, not an error. */
export async function pay(backendUrl: string, request: PaymentRequest): Promise<Payment> {
  try {
    const response = await fetch(`${backendUrl}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    })
    // Read in every case: an answer left unread keeps its connection.
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
