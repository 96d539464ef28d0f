import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startCollector } from '@throughline/otel-collector'
import { waitForSpans } from '@throughline/otel-testing'
import { startCollector as startTestCollector } from '@throughline/otel-testing/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WITHOUT_EFFECT } from '../src/doctor/parse/tag-attributes.ts'
import { CATALOGUE } from '../src/doctor/target/catalogue.ts'
import { BROWSER_FAULTS } from './browser-faults.ts'
import { type Certificate, createCertificate } from './certificate.ts'
import { api, CORS_FAULTS } from './cors-faults.ts'
import { EDGE_FAULTS } from './edge-faults.ts'
import type { Fault } from './faults.ts'
import { ORIGIN_FAULTS } from './origin-faults.ts'
import { PAGE_FAULTS } from './page-faults.ts'
import { RELAY_FAULTS } from './relay-faults.ts'
import { diagnose, healthy, page, type Site, SNIPPET, startSite } from './site.ts'
import { BACKEND_FAULTS, TRACE_FAULTS } from './trace-faults.ts'

const FAULTS = [
  ...PAGE_FAULTS,
  ...ORIGIN_FAULTS,
  ...EDGE_FAULTS,
  ...CORS_FAULTS,
  ...RELAY_FAULTS,
  ...BACKEND_FAULTS,
]
const DOCS = join(import.meta.dirname, '../../../docs/doctor')

/** Starts the two sites of a fault. The routes of each can name the other. */
async function startSites({
  routes,
  other: otherRoutes = {},
  hasTls = false,
}: Fault): Promise<{ site: Site; other: Site }> {
  let site: Site | undefined
  const pageSite = () => {
    if (!site) throw new Error('the site of the page has not started')
    return site
  }
  const other = await startSite(typeof otherRoutes === 'function' ? otherRoutes(pageSite) : otherRoutes)
  const certificate = hasTls ? trustedCertificate() : undefined
  site = await startSite(typeof routes === 'function' ? routes(other) : routes, certificate)
  return { site, other }
}

function trustedCertificate(): Certificate {
  const before = getCACertificates()
  const certificate = createCertificate()
  setDefaultCACertificates([...before, certificate.cert])
  onTestFinished(() => setDefaultCACertificates(before))
  return certificate
}

describe('a chain with one fault gives its finding and no other', () => {
  test.each(FAULTS)('$name: $finds', async (fault) => {
    const { finds, sees = /\S/ } = fault
    const { site, other } = await startSites(fault)
    const findings = await diagnose(site.url, ...(fault.args?.(other) ?? []))
    expect(findings.map(({ id }) => id)).toEqual([finds])
    expect(findings[0]?.seen).toMatch(sees)
    expect(findings[0]?.fix).toMatch(/\S/)
  })
})

test('every finding of the catalogue is the finding of a fault, and has a page with its title', () => {
  expect(
    [...new Set([...FAULTS, ...BROWSER_FAULTS, ...TRACE_FAULTS].map(({ finds }) => finds))].sort(),
  ).toEqual(Object.keys(CATALOGUE).sort())
  expect(readdirSync(DOCS).sort()).toEqual(
    ['README.md', ...Object.keys(CATALOGUE).map((id) => `${id}.md`)].sort(),
  )
  const index = readFileSync(join(DOCS, 'README.md'), 'utf8')
  for (const [id, [severity, title]] of Object.entries(CATALOGUE)) {
    expect(readFileSync(join(DOCS, `${id}.md`), 'utf8')).toContain(`# ${title}\n\n\`${id}\`, ${severity}\n`)
    expect(index).toContain(`[${id}](${id}.md)`)
  }
})

test('the table of faults names tests and their findings, and all of them are counted', () => {
  const faults = [...FAULTS, ...TRACE_FAULTS, ...BROWSER_FAULTS]
  const known = new Set(faults.map(({ name, finds }) => `${name}: ${finds}`))
  const index = readFileSync(join(DOCS, 'README.md'), 'utf8')
  const section = index.slice(index.indexOf('## How it was tested'))
  const rows = [...section.matchAll(/^\| [^|]+ \| ([^|]+) \| \[([\w-]+)\]/gm)]
  const named = rows.map(([, name = '', finds]) => `${name.trim()}: ${finds}`)
  expect(named.length).toBeGreaterThanOrEqual(24)
  expect(named.filter((each) => !known.has(each))).toEqual([])
  expect(section).toContain(`There are ${faults.length} such tests: `)
})

test('the attributes of the script tag are those of the SDK', () => {
  const path = join(import.meta.dirname, '../../otel-web/src/extras/check-attributes.ts')
  expect(readFileSync(path, 'utf8')).toContain(`/${WITHOUT_EFFECT.source}/`)
})

describe('a healthy chain gives no finding', () => {
  test('a plain page', async () => {
    const { url } = await startSite(healthy())
    expect(await diagnose(url)).toEqual([])
  })

  test('a page with a strict policy, in headers and in a meta element', async () => {
    const nonce = SNIPPET.replace('<script', '<script nonce="r4nd0m"')
    const meta = `<meta http-equiv=content-security-policy content="script-src 'nonce-r4nd0m' 'strict-dynamic'">`
    const policy = "script-src 'nonce-r4nd0m' 'strict-dynamic'; connect-src 'self'; trusted-types throughline"
    const head = `${meta}${nonce}`
    const { url } = await startSite(
      healthy({ 'GET /': page({ head, headers: { 'content-security-policy': policy } }) }),
    )
    expect(await diagnose(url)).toEqual([])
  })

  test('a page with TLS that calls an API of this machine without TLS', async () => {
    const other = await startSite(api())
    const head = `<script src="/throughline.js" data-service-name="shop-web" data-propagate-to="${other.origin}"></script>`
    const { url } = await startSite(healthy({ 'GET /': page({ head }) }), trustedCertificate())
    expect(await diagnose(url)).toEqual([])
  })

  test('a page that imports the SDK', async () => {
    const { url } = await startSite(healthy({ 'GET /': page({ head: '' }) }))
    expect(await diagnose(url, '--bundled')).toEqual([])
  })

  test('scripts before the tag that run later, or not at all', async () => {
    const before = [
      '<script type="application/json">{}</script>',
      '<script type=importmap>{}</script>',
      '<script src=/a.js defer></script>',
      '<script type="module" src="/b.js"></script>',
      '<noscript><script src="/c.js"></script></noscript>',
    ]
    const { url } = await startSite(healthy({ 'GET /': page({ head: before.join('') + SNIPPET }) }))
    expect(await diagnose(url)).toEqual([])
  })

  test('a page that calls an API and posts spans on other origins, with the embedded collector', async () => {
    const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
    onTestFinished(() => collector.shutdown())
    const other = await startSite(api())
    const head = `<script src="/throughline.js" data-service-name="shop-web" data-propagate-to="${other.origin}" data-endpoint="${collector.otlpUrl}"></script>`
    const policy = `connect-src ${other.origin} ${collector.otlpUrl}`
    const { url } = await startSite(
      healthy({ 'GET /': page({ head, headers: { 'content-security-policy': policy } }) }),
    )
    expect(await diagnose(url, `--api=${other.url}`)).toEqual([])
  })

  test('the spans of the doctor are one trace, whose client spans are the callers', async () => {
    const collector = await startTestCollector()
    onTestFinished(() => collector.close())
    const other = await startSite(api())
    const { url, requests } = await startSite(healthy())
    await diagnose(url, `--endpoint=${collector.tracesUrl}`, `--api=${other.url}`)
    const spans = await waitForSpans(collector, ({ service }) => service === 'throughline-doctor', 3)
    const [root, ...calls] = spans
    expect(spans.map(({ name }) => name)).toEqual(['throughline doctor', 'GET', 'GET'])
    expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([root?.spanId, root?.spanId])
    const sent = [...requests, ...other.requests].flatMap(({ headers }) => headers.traceparent ?? [])
    expect(sent).toEqual(calls.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`))
  })
})

test('a clock that is more than a minute ahead is an error, and a service name that the relay refuses a note', async () => {
  const rejected =
    '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"this service.name may not be sent here"}}'
  const { url } = await startSite(
    healthy({
      'POST /v1/traces': (_, body) => ({
        headers: { 'content-type': 'application/json', date: new Date(Date.now() + 90_000).toUTCString() },
        body: body.includes('throughline-doctor') ? rejected : '{}',
      }),
    }),
  )
  expect((await diagnose(url)).map(({ id, severity }) => [id, severity])).toEqual([
    ['relay-rejected-spans', 'note'],
    ['relay-clock', 'error'],
  ])
})

test('an API that lacks baggage only gets a warning', async () => {
  const other = await startSite(
    api({ preflight: { 'access-control-allow-headers': 'traceparent, tracestate' } }),
  )
  const { url } = await startSite(healthy({ 'GET /': page({ head: '' }) }))
  expect(await diagnose(url, '--bundled', `--api=${other.url}`)).toMatchObject([
    { id: 'cors-headers', severity: 'warning' },
  ])
})
