import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

const KEPT = 3

interface Trace {
  readonly traceId: string
  readonly name: string
}

/**
 * Links to the traces of the visitor's last actions, newest first. Shows nothing when the tracing script or
 * the address of the traces is missing; its place in the footer is always reserved, so that nothing moves.
 */
export function TraceLinks(): JSX.Element {
  const [traces, setTraces] = useState<readonly Trace[]>([])
  const [traceUrl, setTraceUrl] = useState<string>()

  useEffect(() => {
    if (window.throughline === undefined) return
    void loadTraceUrl().then(setTraceUrl)
    return window.throughline.onTrace(({ traceId, name }) => {
      setTraces((earlier) => [{ traceId, name }, ...earlier].slice(0, KEPT))
    })
  }, [])

  return (
    <ul class="trace-links" aria-label="Traces of your last actions">
      {traceUrl !== undefined &&
        traces.map(({ traceId, name }) => (
          <li key={traceId}>
            <a
              href={traceUrl.replace('{traceId}', encodeURIComponent(traceId))}
              target="_blank"
              rel="noopener"
            >
              trace of: {name.replaceAll('"', '')}
            </a>
          </li>
        ))}
    </ul>
  )
}

/** The address of a trace's page with `{traceId}` in it, or `undefined` when the site does not give one. */
async function loadTraceUrl(): Promise<string | undefined> {
  try {
    const response = await fetch('/config.json')
    const config: unknown = await response.json()
    const url = typeof config === 'object' && config !== null ? Reflect.get(config, 'traceUrl') : undefined
    return typeof url === 'string' && /^https?:\/\//.test(url) ? url : undefined
  } catch {
    return undefined
  }
}
