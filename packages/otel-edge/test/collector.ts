import { env } from 'cloudflare:workers'
import type { OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { expect, vi } from 'vitest'
import type { EdgeOptions } from '../src/index.ts'

/** A span as a test wants to see it: what is not named is not compared. */
export interface ExpectedSpan {
  readonly service?: string
  readonly name: string
  readonly kind?: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
  readonly attributes?: Record<string, unknown>
  readonly error?: boolean
  readonly children?: readonly ExpectedSpan[]
}

export interface ReceivedSpan extends OtlpSpan {
  readonly service: string
  readonly values: Record<string, unknown>
  readonly durationMillis: number
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/** A collector of a test's own: its address, what it received, and how it is to behave. */
export class TestCollector {
  readonly base: string
  readonly url: string

  /** @param id `'shared'` for what the classes of the test worker send. Default: one of its own. */
  constructor(id: string = crypto.randomUUID()) {
    this.base = `${(env as { COLLECTOR_URL: string }).COLLECTOR_URL}/${id}`
    this.url = `${this.base}/v1/traces`
  }

  /** Options that send to this collector soon. */
  options(more: EdgeOptions = {}): EdgeOptions {
    return {
      serviceName: 'test',
      trust: 'all',
      ...more,
      exporter: { url: this.url, windowMillis: 5, ...more.exporter },
    }
  }

  async posts(): Promise<{ headers: Record<string, string>; body: string }[]> {
    return await (await fetch(`${this.base}/posts`)).json()
  }

  async behave(behaviour: object): Promise<void> {
    await fetch(`${this.base}/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) })
  }

  async requests(): Promise<Partial<TraceRequest>[]> {
    return (await this.posts()).map(({ body }) => JSON.parse(atob(body)) as Partial<TraceRequest>)
  }

  async spans(): Promise<ReceivedSpan[]> {
    return (await this.requests()).flatMap(({ resourceSpans = [] }) =>
      resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => ({
            ...span,
            service: String(plain(resource.attributes)['service.name']),
            values: plain(span.attributes),
            durationMillis: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
          })),
        ),
      ),
    )
  }

  /** Waits until at least `count` spans arrived, and gives all of them. */
  async waitForSpans(count: number, timeout = 4_000): Promise<ReceivedSpan[]> {
    return await vi.waitFor(
      async () => {
        const spans = await this.spans()
        expect(spans.length, describe(spans)).toBeGreaterThanOrEqual(count)
        return spans
      },
      { timeout, interval: 20 },
    )
  }

  /** Waits until the spans that arrived contain this tree; on time-out the message lists what did arrive. */
  async expectTrace(expected: ExpectedSpan): Promise<ReceivedSpan[]> {
    return await vi.waitFor(
      async () => {
        const spans = await this.spans()
        const found = spans.some((span) => matches(span, expected, spans))
        expect(found, `no ${JSON.stringify(expected, null, 1)} in\n${describe(spans)}`).toBe(true)
        return spans
      },
      { timeout: 4_000, interval: 20 },
    )
  }
}

function matches(span: ReceivedSpan, expected: ExpectedSpan, spans: readonly ReceivedSpan[]): boolean {
  return (
    span.name === expected.name &&
    (expected.service === undefined || span.service === expected.service) &&
    (expected.kind === undefined || KINDS[span.kind] === expected.kind) &&
    (expected.error === undefined || (span.status.code === 2) === expected.error) &&
    Object.entries(expected.attributes ?? {}).every(([key, value]) => span.values[key] === value) &&
    (expected.children ?? []).every((child) =>
      spans.some(
        (candidate) =>
          candidate.parentSpanId === span.spanId &&
          candidate.traceId === span.traceId &&
          matches(candidate, child, spans),
      ),
    )
  )
}

function describe(spans: readonly ReceivedSpan[]): string {
  return spans
    .map(
      ({ traceId, spanId, parentSpanId, service, kind, name, values, status }) =>
        `${traceId.slice(0, 6)} ${parentSpanId?.slice(0, 6) ?? '------'}→${spanId.slice(0, 6)} ${service} ${KINDS[kind]} ${name} ${JSON.stringify(status)} ${JSON.stringify(values)}`,
    )
    .join('\n')
}

function plain(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.intValue === undefined
        ? (value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.arrayValue)
        : Number(value.intValue),
    ]),
  )
}
