import { formatDuration, formatShare } from '../format/format.ts'
import { type CriticalPath, timeByOperation, timeByService } from './critical-path.ts'

const MAX_OPERATIONS = 12

interface TimeSpentProps {
  readonly path: CriticalPath
  readonly colorOf: (service: string) => string
}

/** What the duration of the trace consists of: a bar by service, and a table by operation. */
export function TimeSpent({ path, colorOf }: TimeSpentProps) {
  const operations = timeByOperation(path)
  const services = timeByService(operations)
  const total = services.reduce((sum, { nanos }) => sum + nanos, 0)
  if (total === 0) return null
  const shown = operations.slice(0, MAX_OPERATIONS)
  return (
    <details class="time-spent">
      <summary>
        Critical path
        <span class="shares">
          {services.map(({ service, nanos }) => (
            <span
              key={service}
              class="share"
              title={`${service}: ${formatDuration(nanos)}`}
              style={{ '--service': colorOf(service), '--share': nanos / total }}
            />
          ))}
        </span>
        {services
          .slice(0, 3)
          .map(({ service, nanos }) => `${service} ${formatShare(nanos / total)}`)
          .join(', ')}
      </summary>
      <table aria-label="Critical path by operation">
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Spans</th>
            <th scope="col">Time</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ service, name, spanCount, nanos }) => (
            <tr key={`${service} ${name}`}>
              <td>
                <span class="service" style={{ '--service': colorOf(service) }}>
                  {service}
                </span>{' '}
                {name || '(no name)'}
              </td>
              <td>{spanCount}</td>
              <td>{formatDuration(nanos)}</td>
              <td>{formatShare(nanos / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">
        How much of the {formatDuration(total)} each operation took itself, without the operations below it.
        {operations.length > shown.length && ` ${operations.length - shown.length} more have less.`}
      </p>
    </details>
  )
}
