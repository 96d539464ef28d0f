/** As `setTimingHeaders` writes them; a metric of the same name with another meaning is somebody else's. */
const OURS = /^(?:trace(?:parent)?;desc="00-[0-9a-f-]+"|edge;desc="\d+";dur=\d+)$/

/**
 * A `Server-Timing` header without the metrics this package writes; `undefined` when nothing is left.
 *
 * An answer that came from a traced worker behind this one carries them already, and a page would take the inner
 * span for its parent. Grammar: https://w3c.github.io/server-timing/#the-server-timing-header-field
 */
export function withoutOwnTimings(header: string): string | undefined {
  // Commas inside of quoted descriptions part nothing.
  const metrics = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const others = metrics.map((metric) => metric.trim()).filter((metric) => !OURS.test(metric))
  return others.length > 0 ? others.join(', ') : undefined
}
