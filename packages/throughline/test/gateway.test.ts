import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-collector'
import { type RunningWorkers, startWorkers } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { diagnose, PATIENT, run } from './site.ts'

const ROOT = join(import.meta.dirname, '../../..')

let collector: Collector
let site: string

beforeAll(async () => {
  collector = await startCollector({ otlpPort: 0, uiPort: 0 })
  site = mkdtempSync(join(tmpdir(), 'throughline-doctor-'))
  writeFileSync(join(site, 'index.html'), '<!doctype html><html><head><title>A site</title></head></html>')
  for (const name of ['throughline', 'throughline-sdk', 'throughline-extras'])
    writeFileSync(join(site, `${name}.js`), 'void 0\n')
})
afterAll(async () => {
  rmSync(site, { recursive: true, force: true })
  await collector?.shutdown()
})

/** The gateway of this repository in workerd, in front of a site of files. */
async function startGateway(vars: Readonly<Record<string, string>> = {}): Promise<RunningWorkers> {
  const gateway = await startWorkers({
    root: ROOT,
    workers: [
      {
        config: {
          name: 'gateway',
          main: 'apps/edge/gateway/src/index.ts',
          assets: { directory: site, binding: 'ASSETS', run_worker_first: ['/*', '!/*.js'] },
          vars: {
            OTEL_EXPORTER_OTLP_ENDPOINT: new URL('/', collector.otlpUrl).href,
            SNIPPET_SERVICE_NAME: 'site-web',
            ...vars,
          },
        },
      },
    ],
  })
  onTestFinished(() => gateway.stop())
  return gateway
}

test('the gateway of this repository gives no finding, and its trace arrives in the embedded collector', async () => {
  const { url } = await startGateway()
  expect(await diagnose(url.href, `--backend=${collector.uiUrl}`, '--expect=gateway')).toEqual([])
})

test('the gateway counts its children for the doctor', async () => {
  const { url } = await startGateway()
  expect(await diagnose(url.href, `--backend=${collector.uiUrl}`, '--expect=gateway')).toEqual([])
  const search = await fetch(new URL('/api/traces?service=gateway&limit=100', collector.uiUrl))
  expect(await search.text()).toContain('"throughline.children.client"')
})

test('a deep run finds each request in the trace, with counts', async () => {
  const { url } = await startGateway()
  const { status, stdout } = await run(
    'doctor',
    url.href,
    PATIENT,
    '--deep',
    `--backend=${collector.uiUrl}`,
    '--expect=gateway',
  )
  expect(status).toBe(0)
  expect(stdout).toMatch(/^3 of 3 requests arrived: \d+ spans of gateway, 3 with counts, 0 log lines$/m)
  expect(stdout).toMatch(/: (?:no fault found|1 note)$/)
})

test('a gateway that lists its service names rejects the spans of the doctor, which is a note', async () => {
  const { url } = await startGateway({ PAGE_SERVICE_NAMES: 'site-web' })
  expect(await diagnose(url.href, `--backend=${collector.uiUrl}`, '--expect=gateway')).toMatchObject([
    { id: 'relay-rejected-spans', severity: 'note' },
  ])
})

test('a gateway that samples nothing is found by its response and in the backend', async () => {
  const { url } = await startGateway({ OTEL_TRACES_SAMPLER: 'always_off' })
  const findings = await diagnose(url.href, `--backend=${collector.uiUrl}`, '--wait=1')
  expect(findings.map(({ id }) => id)).toEqual(['edge-not-sampled', 'trace-missing'])
})
