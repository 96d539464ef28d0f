const OURS = new Set(['traceparent', 'trace', 'edge'])

/**
 * A `Server-Timing` header without the metrics this package writes; `undefined` when nothing is left.
 *
 * An answer that came from a traced worker behind this one carries them already, and a page would take the inner
 * span for its parent. Grammar: https://w3c.github.io/server-timing/#the-server-timing-header-field
 */
export function withoutOwnTimings(header: string): string | undefined {
  // Commas inside of quoted descriptions part nothing.
  const metrics = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const others = metrics.map((metric) => metric.trim()).filter((metric) => !OURS.has(nameOf(metric)))
  return others.length > 0 ? others.join(', ') : undefined
}

function nameOf(metric: string): string {
  return metric.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
