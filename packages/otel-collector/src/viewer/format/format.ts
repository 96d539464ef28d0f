/**
 * Formats a duration in nanoseconds with three significant digits: `850 µs`, `12.3 ms`, `1.25 s`. A longer one is `2 m
 * 3 s`.
 */
export function formatDuration(nanos: number): string {
  if (nanos < 0) return `−${formatDuration(-nanos)}`
  if (nanos === 0) return '0 ms'
  if (nanos < 1e3) return `${Math.round(nanos)} ns`
  if (nanos < 999.5e3) return `${threeDigits(nanos / 1e3)} µs`
  if (nanos < 999.5e6) return `${threeDigits(nanos / 1e6)} ms`
  if (nanos < 59.95e9) return `${threeDigits(nanos / 1e9)} s`
  const seconds = Math.round(nanos / 1e9)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`
}

/** Formats a signed duration in nanoseconds: `+12.3 ms`, `−5 µs`. */
export function formatOffset(nanos: number): string {
  return nanos < 0 ? formatDuration(nanos) : `+${formatDuration(nanos)}`
}

/** Formats a share from 0 to 1: `45 %`, `< 1 %`, with no-break spaces. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.01 ? '<\u00a01\u00a0%' : `${Math.round(share * 100)}\u00a0%`
}

/** Formats a count with its noun: `1 span`, `2 spans`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** Formats the local time with milliseconds: `14:03:07.125`. */
function formatClock(unixMillis: number): string {
  const date = new Date(unixMillis)
  const two = (value: number) => String(value).padStart(2, '0')
  const millis = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`
}

/** Formats the local date and time: `21 Nov 2026, 14:03:07.125`. */
export function formatDate(unixMillis: number): string {
  const day = new Date(unixMillis).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  return `${day}, ${formatClock(unixMillis)}`
}

/** Formats the time that has passed: `now`, `12 s ago`, `5 m ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(unixMillis: number, nowMillis: number): string {
  const seconds = Math.round((nowMillis - unixMillis) / 1000)
  if (seconds < 2) return 'now'
  if (seconds < 90) return `${seconds} s ago`
  if (seconds < 5400) return `${Math.round(seconds / 60)} m ago`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} d ago`
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)))
}
