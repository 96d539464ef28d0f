import { RANDOM_BLOCK_BYTES } from '../limits.ts'

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/

/** True for 32 lower-case hex digits, not all zero (W3C Trace Context, `trace-id`). */
export function isTraceId(value: unknown): value is string {
  return typeof value === 'string' && TRACE_ID.test(value)
}

/** True for 16 lower-case hex digits, not all zero (W3C Trace Context, `parent-id`). */
export function isSpanId(value: unknown): value is string {
  return typeof value === 'string' && SPAN_ID.test(value)
}

/** A new trace id: 32 lower-case hex digits. All bits are random, so the random flag of Trace Context Level 2 may be set. */
export function generateTraceId(): string {
  return randomHex(16)
}

/** A new random span id: 16 lower-case hex digits. */
export function generateSpanId(): string {
  return randomHex(8)
}

// Cache: random digits. Most of the time of getRandomValues is spent per call, so bytes are requested in blocks. The block is
// filled on first use, because workers do not allow random values at global scope.
const block = new Uint8Array(RANDOM_BLOCK_BYTES)
let hex = ''
let position = 0

function randomHex(sizeBytes: number): string {
  const length = sizeBytes * 2
  if (position + length > hex.length) {
    crypto.getRandomValues(block)
    hex = toHex(block)
    position = 0
  }
  const id = hex.slice(position, position + length)
  position += length
  return id === '0'.repeat(length) ? randomHex(sizeBytes) : id
}

/** Browsers and runtimes before 2025 have no `toHex` of their own. */
function toHex(bytes: Uint8Array & { toHex?(): string }): string {
  if (bytes.toHex) return bytes.toHex()
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
