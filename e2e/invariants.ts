import type { Span } from './trace.ts'

const GRACE_MILLIS = 10

/**
 * What every trace must hold, whatever the action: one root, no orphan, children inside their parents, and a
 * complete resource on each span. Returns a sentence for each violation.
 *
 * Consumers come later by nature, and so does all they cause; spans ended by a page that went away and spans kept
 * although unsampled are exempt as well. A page load lies around the server span of its HTML, which a navigation
 * cannot tell whose child it is (docs/decisions.md).
 */
export function brokenInvariants(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
  const problems: string[] = []
  if (roots.length !== 1) problems.push(`${roots.length} roots: ${roots.map(spanLabel).join(', ')}`)
  if (byId.size !== spans.length) problems.push(`${spans.length - byId.size} spans came twice`)
  for (const span of spans) {
    problems.push(...missingResource(span))
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId)
    if (span.parentSpanId !== undefined && !parent && !span.attributes['throughline.kept']) {
      problems.push(`${spanLabel(span)} is an orphan`)
    }
    if (parent && !isExempt(span, byId)) problems.push(...outside(span, parent))
  }
  return problems
}

function outside(span: Span, parent: Span): string[] {
  const early = parent.startMillis - span.startMillis
  const late = span.endMillis - parent.endMillis
  return [
    ...(early > GRACE_MILLIS
      ? [`${spanLabel(span)} starts ${early.toFixed(1)} ms before ${spanLabel(parent)}`]
      : []),
    ...(late > GRACE_MILLIS
      ? [`${spanLabel(span)} ends ${late.toFixed(1)} ms after ${spanLabel(parent)}`]
      : []),
  ]
}

function isExempt(span: Span, byId: ReadonlyMap<string, Span>): boolean {
  if (span.attributes['throughline.action.type'] === 'pageload') return true
  for (
    let at: Span | undefined = span;
    at;
    at = at.parentSpanId === undefined ? undefined : byId.get(at.parentSpanId)
  ) {
    if (at.kind === 'consumer') return true
  }
  const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId)
  return [span, parent].some(
    (each) =>
      each?.attributes['throughline.incomplete'] === true ||
      each?.attributes['throughline.kept'] !== undefined ||
      each?.attributes['throughline.action.end_reason'] === 'timeout',
  )
}

function missingResource(span: Span): string[] {
  return ['service.name', 'service.version', 'service.instance.id']
    .filter((key) => typeof span.resource[key] !== 'string' || span.resource[key] === '')
    .map((key) => `${spanLabel(span)} has no ${key}`)
}

function spanLabel({ service, name }: Span): string {
  return `${service} "${name}"`
}
