import { type ExpectedSpan, expectTrace, type SpanNode } from '@throughline/otel-testing'
import { inject } from 'vitest'
import { traceSource } from '../trace.ts'

/**
 * The stock instrumentation of Node ends a server span when the response is closed, which on a busy machine is after the
 * client has read it.
 */
const GRACE_MILLIS = 2_000

/** The server span of a service that calls nothing. */
export function served(service: string): ExpectedSpan {
  return { service, name: 'GET', kind: 'SERVER', status: 'UNSET', children: [] }
}

/** The server span of the gateway or of a service, with the client span of its call and what continues that. */
export function called(service: string, ...children: readonly ExpectedSpan[]): ExpectedSpan {
  const name = service === 'gateway' ? 'GET /call' : 'GET'
  const client: ExpectedSpan = { service, name: 'GET', kind: 'CLIENT', status: 'UNSET', children }
  return { service, name, kind: 'SERVER', status: 'UNSET', children: [client] }
}

/** Waits until the embedded collector has the whole trace, and asserts that it is this tree and nothing else. */
export function expectTree(traceId: string, expected: ExpectedSpan): Promise<SpanNode> {
  return expectTrace(traceSource(inject('chain').uiUrl, traceId), expected, {
    traceId,
    graceMillis: GRACE_MILLIS,
  })
}
