/**
 * Converts an RFC 3339 time to the value of a `datetime-local` input, in the local time zone. Returns `''` for an
 * invalid time.
 */
export function formatLocalTime(time: string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Converts the value of a `datetime-local` input to an RFC 3339 time. Returns `''` for an invalid value. */
export function parseLocalTime(text: string): string {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
