import type { Fault } from './faults.ts'
import { ACCEPTED, type Answer, healthy, html, page, type Route, type Site } from './site.ts'

const endpoint = (route: Route) => healthy({ 'POST /v1/traces': route })
const withStatus = (status: number, more: Answer = {}) => endpoint({ status, ...more })
/** Answers exports with spans, or those that match, in another way. */
const when = (matches: (body: Buffer, encoding: string | undefined) => boolean, answer: Answer) =>
  endpoint((request, body) => (matches(body, request.headers['content-encoding']) ? answer : ACCEPTED))
const clock = (offsetMillis: number) =>
  endpoint(() => ({
    ...ACCEPTED,
    headers: { ...ACCEPTED.headers, date: new Date(Date.now() + offsetMillis).toUTCString() },
  }))

/** A page that posts spans to the other site. */
const pageFor = ({ origin }: Site) =>
  healthy({
    'GET /': page({
      head: `<script src="/throughline.js" data-service-name="shop-web" data-endpoint="${origin}/v1/traces"></script>`,
    }),
  })
const preflight = (headers: Record<string, string>, status = 204) => ({
  'OPTIONS /v1/traces': { status, headers },
  'POST /v1/traces': { ...ACCEPTED, headers: { ...ACCEPTED.headers, 'access-control-allow-origin': '*' } },
})

export const RELAY_FAULTS: readonly Fault[] = [
  {
    name: 'an endpoint that closes the connection',
    finds: 'relay-unreachable',
    routes: endpoint(() => 'cut'),
  },
  {
    name: 'a collector without CORS',
    finds: 'relay-cors',
    sees: /access-control-allow-origin is absent/,
    routes: pageFor,
    other: preflight({}),
  },
  {
    name: 'a collector that does not know OPTIONS',
    finds: 'relay-cors',
    sees: /OPTIONS answered 405/,
    routes: pageFor,
    other: preflight({}, 405),
  },
  {
    name: 'a collector that does not allow the content type',
    finds: 'relay-cors',
    sees: /lacks content-type/,
    routes: pageFor,
    other: preflight({ 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' }),
  },
  {
    name: 'an endpoint that adds a slash',
    finds: 'relay-redirect',
    sees: /status 301, location \/v1\/traces\//,
    routes: withStatus(301, { headers: { location: '/v1/traces/' } }),
  },
  {
    name: 'the fallback page of a single-page app in place of the endpoint',
    finds: 'relay-html',
    sees: /status 200, text\/html/,
    routes: withStatus(200, { headers: { 'content-type': 'text/html' }, body: html() }),
  },
  { name: 'a site without an endpoint', finds: 'relay-not-found', sees: /404/, routes: withStatus(404) },
  { name: 'a file server', finds: 'relay-not-found', sees: /405/, routes: withStatus(405) },
  {
    name: 'a relay that does not allow the origin',
    finds: 'relay-forbidden',
    sees: /status 403: \{"message":"this origin may not send here"\}/,
    routes: withStatus(403, { body: '{"message":"this origin may not send here"}' }),
  },
  { name: 'a collector that needs a key', finds: 'relay-forbidden', sees: /401/, routes: withStatus(401) },
  { name: 'an endpoint that answers 410', finds: 'relay-consent', routes: withStatus(410) },
  { name: 'an endpoint that answers 451', finds: 'relay-consent', routes: withStatus(451) },
  { name: 'an endpoint for protobuf', finds: 'relay-content-type', routes: withStatus(415) },
  { name: 'an endpoint that fails', finds: 'relay-failed', sees: /status 502/, routes: withStatus(502) },
  {
    name: 'a relay whose collector is away',
    finds: 'relay-failed',
    sees: /an export with spans: status 503/,
    routes: when((body) => body.includes('throughline-doctor'), { status: 503 }),
  },
  {
    name: 'a server that is no receiver',
    finds: 'relay-response-type',
    sees: /text\/plain: ok/,
    routes: withStatus(200, { headers: { 'content-type': 'text/plain' }, body: 'ok' }),
  },
  {
    name: 'an endpoint that rejects spans',
    finds: 'relay-rejected-spans',
    sees: /disk full/,
    routes: when((body) => body.includes('throughline-doctor'), {
      ...ACCEPTED,
      body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"disk full"}}',
    }),
  },
  {
    name: 'an endpoint that does not decompress',
    finds: 'relay-gzip',
    sees: /gzip: status 400/,
    routes: when((_, encoding) => encoding === 'gzip', { status: 400 }),
  },
  {
    name: 'a limit of 50 kB',
    finds: 'relay-size-limit',
    sees: /100 kB: status 413/,
    routes: when((body) => body.length > 50_000, { status: 413 }),
  },
  {
    name: 'a clock that is 20 s behind',
    finds: 'relay-clock',
    sees: /(?:19|20|21) s behind/,
    routes: clock(-20_000),
  },
]
