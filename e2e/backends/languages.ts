import type { ExpectedSpan } from '@throughline/otel-testing'

export type LanguageName = 'go' | 'java' | 'node' | 'python'

/** A language whose guide is run, and what its stock instrumentation records. */
export interface Language {
  readonly name: LanguageName
  /** Programs on PATH that the commands of the guide need. */
  readonly needs: readonly string[]
  /** The server span of `GET /orders/7`. */
  readonly order: string
  /** The server span of `GET /orders/7/stock`. */
  readonly stock: string
  /** The client span of the call of the stock service. */
  readonly call: string
  /** Whether a request of which the handler throws has an `exception` event. */
  readonly recordsException: boolean
  /** Further spans below a server span, which describe the inside of the framework. */
  readonly inside: readonly ExpectedSpan[]
}

export const LANGUAGES: readonly Language[] = [
  {
    name: 'go',
    needs: ['go'],
    order: 'GET /orders/{id}',
    stock: 'GET /orders/{id}/stock',
    call: 'HTTP GET',
    recordsException: false,
    inside: [],
  },
  {
    name: 'java',
    needs: ['java', 'javac', 'mvn'],
    order: 'GET /orders/{id}',
    stock: 'GET /orders/{id}/stock',
    call: 'GET',
    recordsException: true,
    inside: [],
  },
  {
    name: 'node',
    needs: ['node', 'npm'],
    order: 'GET',
    stock: 'GET',
    call: 'GET',
    recordsException: false,
    inside: [],
  },
  {
    name: 'python',
    needs: ['python3'],
    order: 'GET /orders/{order_id}',
    stock: 'GET /orders/{order_id}/stock',
    call: 'GET',
    recordsException: true,
    // One for the head of the response and one for each part of its body.
    inside: [{ name: / http send$/, kind: 'INTERNAL', repeated: true }],
  },
]
