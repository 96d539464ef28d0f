import type { Fault } from './faults.ts'
import { type Answer, continued, healthy, page, type Route, type Routes, type Site } from './site.ts'

const TRACE_HEADERS = 'traceparent, tracestate, baggage'

/** A page that sends trace headers to the other site. */
const pageFor = ({ origin }: Site) =>
  healthy({
    'GET /': page({
      head: `<script src="/throughline.js" data-service-name="shop-web" data-propagate-to="${origin}"></script>`,
    }),
  })

export interface ApiChanges {
  readonly preflight?: Answer['headers']
  readonly response?: Answer['headers']
  readonly route?: Route
}

/** An API that continues traces and allows every origin. */
export function api({ preflight = {}, response = {}, route }: ApiChanges = {}): Routes {
  return {
    'OPTIONS /': {
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': TRACE_HEADERS,
        ...preflight,
      },
    },
    'GET /': (request) => ({
      headers: {
        'access-control-allow-origin': '*',
        'content-type': 'application/json',
        'server-timing': continued(request),
        'timing-allow-origin': '*',
        ...response,
      },
      body: '{}',
    }),
    ...(route === undefined ? {} : { 'OPTIONS /': route }),
  }
}

export const CORS_FAULTS: readonly Fault[] = [
  {
    name: 'an API that closes the connection of the preflight',
    finds: 'cors-unreachable',
    sees: /closed the connection/,
    routes: pageFor,
    other: api({ route: () => 'cut' }),
  },
  {
    name: 'an API that is not in data-propagate-to',
    finds: 'cors-not-propagated',
    routes: healthy(),
    other: api(),
    args: ({ url }) => [`--api=${url}`],
  },
  {
    name: 'an API that asks for a login in the preflight',
    finds: 'cors-preflight-status',
    sees: /OPTIONS answered 401/,
    routes: pageFor,
    other: api({ route: { status: 401 } }),
  },
  {
    name: 'an API that redirects the preflight',
    finds: 'cors-preflight-status',
    sees: /OPTIONS answered 308/,
    routes: pageFor,
    other: api({ route: { status: 308, headers: { location: '/v1/' } } }),
  },
  {
    name: 'an API that allows another origin',
    finds: 'cors-origin',
    sees: /OPTIONS: access-control-allow-origin https:\/\/shop\.example/,
    routes: pageFor,
    other: api({ preflight: { 'access-control-allow-origin': 'https://shop.example' } }),
  },
  {
    name: 'two layers that both allow the origin',
    finds: 'cors-origin',
    sees: /access-control-allow-origin \*, \*/,
    routes: pageFor,
    other: api({ preflight: { 'access-control-allow-origin': ['*', '*'] } }),
  },
  {
    name: 'an API without CORS in the response to GET',
    finds: 'cors-origin',
    sees: /GET: access-control-allow-origin null/,
    routes: pageFor,
    other: api({ response: { 'access-control-allow-origin': 'null' } }),
  },
  {
    name: 'an API that allows traceparent only',
    finds: 'cors-headers',
    sees: /lacks baggage, tracestate/,
    routes: pageFor,
    other: api({ preflight: { 'access-control-allow-headers': 'Content-Type,Traceparent' } }),
  },
  {
    name: 'an API whose list of headers lacks a comma',
    finds: 'cors-headers',
    sees: /access-control-allow-headers "traceparent, tracestate, baggage, x-a x-b" is not a list of names$/,
    routes: pageFor,
    other: api({ preflight: { 'access-control-allow-headers': `${TRACE_HEADERS}, x-a x-b` } }),
  },
  {
    name: 'an API whose timing the page cannot read',
    finds: 'cors-timing',
    routes: pageFor,
    other: api({ response: { 'timing-allow-origin': 'https://shop.example' } }),
  },
  {
    name: 'an API that starts a new trace',
    finds: 'edge-new-trace',
    routes: pageFor,
    other: api({
      response: {
        'server-timing': 'traceparent;desc="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"',
      },
    }),
  },
]
