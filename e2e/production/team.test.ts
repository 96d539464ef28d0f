import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OtlpSpan } from '@throughline/otel-shared'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTeam, type Team } from '../../scripts/otelcol/team.ts'
import { prepareKafka } from '../../scripts/services/prepare.ts'
import { fetchTrace } from '../trace.ts'
import { readMetrics } from './metrics.ts'
import { untilQueueIsEmpty } from './queue.ts'
import { deliver, requestOf, strings } from './requests.ts'
import { findPrograms } from './start-production.ts'

const kafka = await prepareKafka({ log: () => {} }).catch((error: Error) => {
  console.log(`not run: deploy/team. ${error.message}`)
})

/** One trace of four: of 2^56 values of the randomness, those from this one. */
const SHARE = { SAMPLING_PERCENTAGE: '25', threshold: 'c0000000000000' }
const SERVICES = ['shop-web', 'shop', 'backend']
const SPANS_OF_SERVICE = 2

interface Sent {
  readonly traceId: string
  readonly reason: 'error' | 'slow' | 'kept' | 'rest'
  /** Explicit, or that of the trace id. */
  readonly randomness: string
}

describe.skipIf(!kafka)('deploy/team: two gateways, Kafka, two samplers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-production-'))
  let team: Team
  let sent: Sent[]
  beforeAll(async () => {
    const { SAMPLING_PERCENTAGE } = SHARE
    const programs = { ...(await findPrograms()), kafka: kafka ?? '' }
    team = await startTeam({ programs, folder, sampling: { DECISION_WAIT: '6s', SAMPLING_PERCENTAGE } })
    await untilPartitionsAreAssigned(team)
    sent = await sendTraces(team)
  })
  afterAll(async () => {
    await team?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const stored = (traceId: string) => fetchTrace(team.jaeger.uiUrl, traceId)
  const isKept = ({ reason, randomness }: Sent) => reason !== 'rest' || randomness >= SHARE.threshold

  test('errors, slow actions, kept spans and the share of the rest are stored whole, the others are not', async () => {
    await untilDecided(team, sent.length + 1)
    const counts = await Promise.all(
      sent.map(async (trace) => [trace.reason, isKept(trace), (await stored(trace.traceId)).length]),
    )
    const whole = SERVICES.length * SPANS_OF_SERVICE
    expect(counts).toEqual(sent.map((trace) => [trace.reason, isKept(trace), isKept(trace) ? whole : 0]))
    for (const reason of ['error', 'slow', 'kept'])
      expect(counts.filter(([kept]) => kept === reason).length).toBeGreaterThan(5)
    const rest = sent.filter((trace) => trace.reason === 'rest').map(isKept)
    expect(new Set(rest)).toEqual(new Set([true, false]))
  })

  test('both samplers have decided, and the two gateways have measured all spans before', async () => {
    const decided = await Promise.all(team.samplers.map(decisions))
    expect(decided.every((count) => count > 0)).toBe(true)
    const calls = async () => {
      const samples = (
        await Promise.all(team.gateways.map(({ metricsUrl }) => readMetrics(metricsUrl)))
      ).flat()
      return samples
        .filter(
          ({ name, labels }) =>
            name === 'traces_span_metrics_calls_total' && labels.service_name === 'backend',
        )
        .reduce((sum, { value }) => sum + value, 0)
    }
    // `th:8` is one of two.
    await expect.poll(calls, { timeout: 20_000 }).toBe(sent.length * SPANS_OF_SERVICE * 2)
  })

  test('the threshold in tracestate is that of the share, or that of the head where all were kept', async () => {
    const kept = sent.filter(isKept)
    const thresholds = await Promise.all(
      kept.map(async ({ traceId }) => [...new Set((await stored(traceId)).map((span) => thresholdOf(span)))]),
    )
    expect(thresholds).toEqual(kept.map(({ reason }) => [reason === 'rest' ? 'c' : '8']))
  })

  test('spans that come after the decision follow it', async () => {
    const kept = sent.find((trace) => trace.reason === 'error')
    const dropped = sent.find((trace) => !isKept(trace))
    if (!kept || !dropped) throw new Error('no such trace was sent')
    const late = (traceId: string) => requestOf('shop-web', [{ traceId, name: 'late', status: { code: 2 } }])
    await deliver(team.gateways[0].otlpUrl, late(dropped.traceId))
    await deliver(team.gateways[1].otlpUrl, late(kept.traceId))
    const released = async () =>
      (await Promise.all(team.samplers.map(earlyReleases))).reduce((sum, count) => sum + count, 0)
    await expect.poll(released, { timeout: 30_000 }).toBe(2)
    await Promise.all(team.samplers.map(untilQueueIsEmpty))
    expect((await stored(kept.traceId)).map(({ name }) => name)).toContain('late')
    expect(await stored(dropped.traceId)).toEqual([])
  })

  test('a gateway is killed: its clients retry, and what it had acknowledged is decided once it is back', async () => {
    const [first, second] = team.gateways
    const before = await totalDecisions(team)
    const traces = Array.from({ length: 30 }, () => newTrace('error'))
    const sending = Promise.all(
      traces.map((trace) => deliver(first.otlpUrl, requestOf('killed', spansOf(trace)))),
    )
    await first.process.kill()
    await first.start()
    await sending
    await untilQueueIsEmpty(first)
    await untilQueueIsEmpty(second)
    await untilDecided(team, before + traces.length)
    const counts = await Promise.all(traces.map(async ({ traceId }) => (await stored(traceId)).length))
    expect(counts).toEqual(traces.map(() => SPANS_OF_SERVICE))
  })

  test('an ingester in place of the samplers stores every trace', async () => {
    await team.startIngester()
    const missing = sent.filter((trace) => !isKept(trace))
    for (const { traceId } of missing)
      await expect
        .poll(async () => (await stored(traceId)).length, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(6)
  })
})

/**
 * The first message creates the topic. A partition that moves from one sampler to the other would take a part of its traces
 * along, so each has its half before the traces are sent.
 */
async function untilPartitionsAreAssigned({ gateways, samplers }: Team): Promise<void> {
  await deliver(gateways[0].otlpUrl, requestOf('first', [{}]))
  const assigned = () =>
    Promise.all(
      samplers.map(async ({ telemetryUrl }) => {
        const started = await sumOf(telemetryUrl, /^otelcol_kafka_receiver_partition_start/)
        return started - (await sumOf(telemetryUrl, /^otelcol_kafka_receiver_partition_close/))
      }),
    )
  await vi.waitFor(async () => expect(await assigned()).toEqual([2, 2]), { timeout: 60_000, interval: 100 })
}

/** Each service sends its spans of several traces in one request, to one of the gateways. */
async function sendTraces(team: Team): Promise<Sent[]> {
  const reasons = ['error', 'rest', 'slow', 'rest', 'kept', 'rest'] as const
  const traces = Array.from({ length: 120 }, (_, index) =>
    newTrace(reasons[index % reasons.length] ?? 'rest'),
  )
  for (let start = 0; start < traces.length; start += 10) {
    const some = traces.slice(start, start + 10)
    await Promise.all(
      SERVICES.map((service, index) => {
        const { otlpUrl } = team.gateways[(start / 10 + index) % 2 === 0 ? 0 : 1]
        const isLast = index === SERVICES.length - 1
        // The reason is in one of the services.
        return deliver(
          otlpUrl,
          requestOf(
            service,
            some.flatMap((trace) => spansOf(isLast ? trace : { ...trace, reason: 'rest' })),
          ),
        )
      }),
    )
  }
  return traces
}

/** A trace that head sampling with `th:8` has sampled. */
function newTrace(reason: Sent['reason']): Sent {
  const traceId = randomBytes(16).toString('hex')
  const ofId = traceId.slice(18)
  // By the id or, where head sampling would not have sampled it, by an explicit value.
  const randomness = ofId >= '8' ? ofId : `${'89abcdef'[Number.parseInt(ofId[0] ?? '0', 16)]}${ofId.slice(1)}`
  return { traceId, reason, randomness }
}

function spansOf({ traceId, reason, randomness }: Sent): Partial<OtlpSpan>[] {
  const rv = randomness === traceId.slice(18) ? '' : `;rv:${randomness}`
  const start = BigInt(Date.now()) * 1_000_000n
  const common = { traceId, traceState: `ot=th:8${rv}`, startTimeUnixNano: String(start) }
  const lasting = (millis: number) => ({ endTimeUnixNano: String(start + BigInt(millis) * 1_000_000n) })
  const action = strings({ 'throughline.action.type': 'click' })
  const special: Partial<OtlpSpan> = {
    error: { status: { code: 2 } },
    slow: { attributes: action, ...lasting(2500) },
    kept: { attributes: strings({ 'throughline.kept': 'slow' }) },
    // Slow, but no action; and an action that is not slow.
    rest: { ...lasting(5000) },
  }[reason]
  return [
    { ...common, name: 'first', attributes: action, ...lasting(1500) },
    { ...common, name: 'second', ...lasting(5), ...special },
  ]
}

function thresholdOf({ traceState = '' }: OtlpSpan): string | undefined {
  return /ot=[^,]*\bth:([0-9a-f]+)/.exec(traceState)?.[1]
}

async function untilDecided(team: Team, count: number): Promise<void> {
  await expect.poll(() => totalDecisions(team), { timeout: 60_000 }).toBe(count)
  await Promise.all(team.samplers.map(untilQueueIsEmpty))
}

async function totalDecisions(team: Team): Promise<number> {
  const counts = await Promise.all(team.samplers.map(decisions))
  return counts.reduce((sum, count) => sum + count, 0)
}

function decisions({ telemetryUrl }: { readonly telemetryUrl: string }): Promise<number> {
  return sumOf(telemetryUrl, /^otelcol_processor_tail_sampling_global_count_traces_sampled/)
}

function earlyReleases({ telemetryUrl }: { readonly telemetryUrl: string }): Promise<number> {
  return sumOf(telemetryUrl, /^otelcol_processor_tail_sampling_early_releases_from_cache_decision/)
}

async function sumOf(telemetryUrl: string, pattern: RegExp): Promise<number> {
  const samples = (await readMetrics(telemetryUrl)).filter(({ name }) => pattern.test(name))
  return samples.reduce((sum, { value }) => sum + value, 0)
}
