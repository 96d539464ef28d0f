import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMetrics, type Sample } from './metrics.ts'
import { post, requestOf, strings } from './requests.ts'
import { type RunningMachine, startProduction } from './start-production.ts'

let machine: RunningMachine
beforeAll(async () => {
  machine = await startProduction()
})
afterAll(() => machine?.stop())

const KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT']
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

test('requests, errors and durations equal those of the spans that were sent', async () => {
  const truth = new Map<string, { calls: number; millis: number; fast: number }>()
  for (const service of ['shop', 'backend']) {
    for (const batch of [0, 1, 2]) {
      const spans = Array.from({ length: 100 }, (_, index) => {
        const kind = 2 + (index % 2)
        const status = index % 10 === batch ? 2 : 0
        const millis = (index % 7) * 50 + 1
        const name = `GET /route${index % 3}`
        const key = [service, name, KINDS[kind], STATUSES[status]].join()
        const { calls, millis: sum, fast } = truth.get(key) ?? { calls: 0, millis: 0, fast: 0 }
        truth.set(key, { calls: calls + 1, millis: sum + millis, fast: fast + Number(millis <= 100) })
        return { name, kind, status: { code: status }, ...lasting(millis) }
      })
      // An instance for each batch, as isolates and pages have.
      const instance = strings({ 'service.instance.id': `instance ${batch}` })
      expect((await post(machine.otlpUrl, requestOf(service, spans, instance))).status).toBe(200)
    }
  }
  const measured = async () => {
    const samples = await readMetrics(machine.metricsUrl)
    const found = new Map<string, { calls: number; millis: number; fast: number }>()
    for (const { labels, name, value } of samples) {
      const key = [labels.service_name, labels.span_name, labels.span_kind, labels.status_code].join()
      const row = found.get(key) ?? { calls: 0, millis: 0, fast: 0 }
      if (name === 'traces_span_metrics_calls_total') row.calls += value
      else if (name === 'traces_span_metrics_duration_milliseconds_sum') row.millis += value
      else if (name === 'traces_span_metrics_duration_milliseconds_bucket' && labels.le === '100')
        row.fast += value
      else continue
      found.set(key, row)
    }
    return Object.fromEntries(found)
  }
  await expect.poll(measured, { timeout: 20_000 }).toEqual(Object.fromEntries(truth))
})

test('a span with a sampling threshold counts for those that were not sampled', async () => {
  // `th:c` keeps one span of four: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
  const spans = Array.from({ length: 25 }, () => ({ name: 'GET /sampled', traceState: 'ot=th:c' }))
  await post(machine.otlpUrl, requestOf('sampled', spans))
  const calls = async () => sum(await readMetrics(machine.metricsUrl), 'sampled')
  await expect.poll(calls, { timeout: 20_000 }).toBe(100)
})

test('a health check does not count', async () => {
  const path = (value: string) => ({ attributes: strings({ 'url.path': value }) })
  const spans = [path('/healthz'), path('/healthz'), path('/orders')]
  await post(machine.otlpUrl, requestOf('checked', spans))
  await expect
    .poll(async () => sum(await readMetrics(machine.metricsUrl), 'checked'), { timeout: 20_000 })
    .toBe(1)
})

test('the Collector counts what it has accepted, sent and has in its queue', async () => {
  const samples = await readMetrics(machine.telemetryUrl)
  const names = new Set(samples.map(({ name }) => name))
  expect([...names]).toEqual(
    expect.arrayContaining([
      'otelcol_receiver_accepted_spans',
      'otelcol_receiver_refused_spans',
      'otelcol_exporter_sent_spans',
      'otelcol_exporter_queue_size',
      'otelcol_exporter_queue_capacity',
    ]),
  )
})

function sum(samples: readonly Sample[], service: string): number {
  return samples
    .filter(
      ({ name, labels }) => name === 'traces_span_metrics_calls_total' && labels.service_name === service,
    )
    .reduce((total, { value }) => total + value, 0)
}

function lasting(millis: number) {
  const start = BigInt(Date.now()) * 1_000_000n
  return { startTimeUnixNano: String(start), endTimeUnixNano: String(start + BigInt(millis) * 1_000_000n) }
}
