/** Why there was no response. */
export type FailureKind = 'name' | 'refused' | 'tls' | 'timeout' | 'closed' | 'other'

/** A request that got no response. The message is one sentence without credentials. */
export class RequestFailure extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string) {
    super(message)
    this.name = 'RequestFailure'
    this.kind = kind
  }
}

/** The result of a request, or its failure as a value. Other errors stay errors. */
export async function failureAsValue<T>(result: Promise<T>): Promise<T | RequestFailure> {
  try {
    return await result
  } catch (error) {
    if (error instanceof RequestFailure) return error
    throw error
  }
}

const TLS = /CERT|SSL|TLS|UNABLE_TO_|^EPROTO$/

/** Describes an error of `node:http`, `node:https` or an `AbortSignal` in terms of the network. */
export function explainFailure(error: unknown, host: string, timeoutMillis: number): RequestFailure {
  const { name, code = '', message = String(error) } = rootCause(error)
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return new RequestFailure('timeout', `${host} did not answer within ${timeoutMillis / 1_000} s`)
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new RequestFailure('name', `the name ${host} does not resolve (${code})`)
  }
  if (code === 'ECONNREFUSED') {
    return new RequestFailure('refused', `${host} refuses connections: no server listens there`)
  }
  if (TLS.test(code)) {
    return new RequestFailure('tls', `the TLS connection to ${host} failed: ${code}`)
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new RequestFailure('closed', `${host} closed the connection before the response was complete`)
  }
  return new RequestFailure('other', `the request to ${host} failed: ${code || message}`)
}

interface Cause {
  readonly name?: string
  readonly code?: string
  readonly message?: string
}

/** The error itself; the first of several for a host with several addresses; the reason of an aborted request. */
function rootCause(error: unknown): Cause {
  if (!(error instanceof Error)) return {}
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return rootCause(error.errors[0])
  if (error.name === 'AbortError' && error.cause instanceof Error) return rootCause(error.cause)
  return error as Cause
}
