import type { Fault } from './faults.ts'
import { continued, healthy, html, page, SNIPPET } from './site.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const inPage = (head: string) => healthy({ 'GET /': page({ head }) })
const withPolicy = (policy: string, head?: string) =>
  healthy({ 'GET /': page({ headers: { 'content-security-policy': policy }, ...(head && { head }) }) })
const tag = (attributes: string) => `<script src="/throughline.js" ${attributes}></script>`

export const PAGE_FAULTS: readonly Fault[] = [
  {
    name: 'a page with an error status',
    finds: 'page-status',
    sees: /status 500/,
    routes: healthy({
      'GET /': (request) => ({
        status: 500,
        headers: { 'content-type': 'text/html', 'server-timing': continued(request) },
        body: html(),
      }),
    }),
  },
  {
    name: 'JSON in place of a page',
    finds: 'page-not-html',
    sees: /application\/json/,
    routes: healthy({ 'GET /': page({ headers: { 'content-type': 'application/json' } }) }),
  },
  { name: 'a page without the SDK', finds: 'page-no-snippet', routes: inPage('') },
  {
    name: 'a tag in a comment',
    finds: 'page-no-snippet',
    routes: inPage(`<!-- ${SNIPPET} --><title>${SNIPPET}</title>`),
  },
  { name: 'a tag without a service name', finds: 'page-no-service-name', routes: inPage(tag('')) },
  {
    name: 'another script before the tag',
    finds: 'page-late-snippet',
    sees: /the first is <script src="\/analytics\.js">/,
    routes: inPage(`<script src="/analytics.js" async></script>${SNIPPET}`),
  },
  {
    name: 'an inline script before the tag',
    finds: 'page-late-snippet',
    sees: /an inline script of 9 characters/,
    routes: inPage(`<script>window.a=</script>${SNIPPET}`),
  },
  {
    name: 'a tag with defer',
    finds: 'page-async-snippet',
    sees: /defer/,
    routes: inPage(tag('defer data-service-name="shop-web"')),
  },
  {
    name: 'a tag of type module',
    finds: 'page-async-snippet',
    sees: /type="module"/,
    routes: inPage(tag('type="module" data-service-name="shop-web"')),
  },
  {
    name: 'a misspelt attribute',
    finds: 'page-unknown-attribute',
    sees: /^data-propagte-to$/,
    routes: inPage(tag('data-service-name="shop-web" data-propagte-to="https://api.example.com"')),
  },
  {
    name: 'a path in data-propagate-to',
    finds: 'page-propagate-origin',
    sees: /"https:\/\/api\.example\.com\/v1"/,
    routes: inPage(tag('data-service-name="shop-web" data-propagate-to="https://api.example.com/v1"')),
  },
  {
    name: 'a loader that is not there',
    finds: 'page-script-failed',
    sees: /loader .*status 404/,
    routes: healthy({ 'GET /throughline.js': { status: 404 } }),
  },
  {
    name: 'a script that redirects to itself',
    finds: 'page-script-failed',
    sees: /redirects more than 5 times/,
    routes: healthy({ 'GET /throughline.js': { status: 301, headers: { location: '/throughline.js' } } }),
  },
  {
    name: 'an SDK that is not there',
    finds: 'page-script-failed',
    sees: /SDK .*status 404/,
    routes: healthy({ 'GET /throughline-sdk.js': { status: 404 } }),
  },
  {
    name: 'the fallback page in place of the SDK',
    finds: 'page-script-type',
    sees: /SDK .*text\/html/,
    routes: healthy({
      'GET /throughline-sdk.js': { headers: { 'content-type': 'text/html' }, body: html() },
    }),
  },
  {
    name: 'an SDK that redirects to the fallback page',
    finds: 'page-script-type',
    sees: /SDK .*text\/html/,
    routes: healthy({
      'GET /throughline-sdk.js': { status: 302, headers: { location: '/' } },
    }),
  },
  {
    name: 'a script of type text/plain with nosniff',
    finds: 'page-script-type',
    sees: /loader .*text\/plain/,
    routes: healthy({
      'GET /throughline.js': {
        headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' },
        body: 'void 0',
      },
    }),
  },
  {
    name: 'a policy without the nonce of the tag',
    finds: 'page-csp-script',
    sees: /"script-src 'nonce-other' 'strict-dynamic'" blocks .*throughline\.js/,
    routes: withPolicy(
      "script-src 'nonce-other' 'strict-dynamic'",
      tag('nonce="own" data-service-name="shop-web"'),
    ),
  },
  {
    name: 'a policy in a meta element that allows another host only',
    finds: 'page-csp-script',
    sees: /default-src cdn\.example/,
    routes: inPage(
      `<meta http-equiv="Content-Security-Policy" content="default-src cdn.example; connect-src *">${SNIPPET}`,
    ),
  },
  {
    name: 'a policy with a sandbox in which no script runs',
    finds: 'page-csp-script',
    sees: /^"sandbox allow-forms" blocks every script$/,
    routes: withPolicy('sandbox allow-forms'),
  },
  {
    name: 'a hash that allows the loader only',
    finds: 'page-csp-script',
    sees: /blocks .*throughline-sdk\.js/,
    routes: withPolicy(
      "script-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='",
      tag('integrity="sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" data-service-name="shop-web"'),
    ),
  },
  {
    name: 'a policy that blocks the endpoint',
    finds: 'page-csp-connect',
    sees: /"connect-src https:\/\/api\.example" blocks requests to 'self'/,
    routes: withPolicy('connect-src https://api.example'),
  },
  {
    name: 'a policy of Trusted Types without the one of the SDK',
    finds: 'page-csp-trusted-types',
    sees: /trusted-types dompurify/,
    routes: withPolicy('trusted-types dompurify'),
  },
  {
    name: 'a page whose cache repeats Server-Timing',
    finds: 'page-stale-trace',
    sees: new RegExp(`name trace ${TRACE}; cache-control public, max-age=60, age 7`),
    routes: healthy({
      'GET /': page({
        headers: { 'cache-control': 'public, max-age=60', age: '7' },
        serverTiming: (request) =>
          request.headers.traceparent
            ? continued(request)
            : `traceparent;desc="00-${TRACE}-b7ad6b7169203331-01"`,
      }),
    }),
  },
  {
    name: 'HTML with the traceparent of another request',
    finds: 'page-stale-trace',
    routes: healthy({
      'GET /': page({
        head: `<meta name="traceparent" content="00-${TRACE}-b7ad6b7169203331-01">${SNIPPET}`,
        serverTiming: (request) => (request.headers.traceparent ? continued(request) : undefined),
      }),
    }),
  },
  {
    name: 'a trace on a page that a shared cache may keep',
    finds: 'page-shared-trace',
    sees: /s-maxage=600/,
    routes: healthy({ 'GET /': page({ headers: { 'cache-control': 's-maxage=600' } }) }),
  },
]
