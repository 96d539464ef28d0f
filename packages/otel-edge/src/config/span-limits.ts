import type { OtelConfig, SpanLimits } from './otel-config.ts'

export type { SpanLimits }

const COUNT = 128
/** Unlimited in the specification. A stack trace fits, an HTML page in an error message is cut. */
const VALUE_LENGTH = 16 * 1024

/** The limits that variables set, with defaults for the others. */
export function spanLimits(config: Pick<OtelConfig, 'spanLimits'>): SpanLimits {
  return {
    valueLength: VALUE_LENGTH,
    attributes: COUNT,
    events: COUNT,
    links: COUNT,
    eventAttributes: COUNT,
    linkAttributes: COUNT,
    ...config.spanLimits,
  }
}
