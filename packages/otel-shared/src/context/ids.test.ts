import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
  vi.resetModules()
})

/** Loads the module anew, so that its block of random bytes is empty. */
const load = () => import('./ids.ts')

test('ids are lower-case hex of the length that W3C Trace Context defines', async () => {
  const { generateSpanId, generateTraceId, isSpanId, isTraceId } = await load()
  for (let count = 0; count < 200; count++) {
    expect(generateTraceId()).toMatch(/^[0-9a-f]{32}$/)
    expect(isTraceId(generateTraceId())).toBe(true)
    expect(isSpanId(generateSpanId())).toBe(true)
  }
})

test('each id is generated once', async () => {
  const { generateSpanId, generateTraceId } = await load()
  const ids = Array.from({ length: 5_000 }, (_, index) => (index % 2 ? generateSpanId() : generateTraceId()))
  expect(new Set(ids).size).toBe(ids.length)
})

test('loading the module draws no random bytes, since workers refuse them at global scope', async () => {
  const draw = vi.spyOn(crypto, 'getRandomValues')
  const { generateTraceId } = await load()
  expect(draw).not.toHaveBeenCalled()
  generateTraceId()
  expect(draw).toHaveBeenCalledTimes(1)
})

test('random bytes are drawn in blocks', async () => {
  const draw = vi.spyOn(crypto, 'getRandomValues')
  const { generateTraceId } = await load()
  for (let count = 0; count < 64; count++) generateTraceId()
  expect(draw).toHaveBeenCalledTimes(1)
  generateTraceId()
  expect(draw).toHaveBeenCalledTimes(2)
})

test('an id of zeros alone is never generated', async () => {
  let first = true
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    // The first block begins with the bytes of an invalid trace id.
    if (bytes instanceof Uint8Array) bytes.fill(1).fill(0, 0, first ? 16 : 0)
    first = false
    return bytes
  })
  const { generateTraceId } = await load()
  expect(generateTraceId()).toBe('01'.repeat(16))
})

// Node.js 24 does not have `toHex`. https://tc39.es/proposal-arraybuffer-base64/
test.each(['with', 'without'])(
  'every byte is written as two digits, %s Uint8Array.prototype.toHex',
  async (native) => {
    const expected = Array.from({ length: 16 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('')
    let calls = 0
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      if (!(bytes instanceof Uint8Array)) return bytes
      for (let index = 0; index < bytes.length; index++) bytes[index] = index
      const toHex = () => {
        calls++
        return Buffer.from(bytes).toString('hex')
      }
      return Object.assign(bytes, { toHex: native === 'with' ? toHex : undefined })
    })
    const { generateTraceId } = await load()
    expect(generateTraceId()).toBe(expected)
    expect(calls).toBe(native === 'with' ? 1 : 0)
  },
)

describe('invalid ids', () => {
  test.each([
    ['zeros', '0'.repeat(32), '0'.repeat(16)],
    ['too short', '1'.repeat(31), '1'.repeat(15)],
    ['too long', '1'.repeat(33), '1'.repeat(17)],
    ['upper case', 'A'.repeat(32), 'A'.repeat(16)],
    ['not hex', 'g'.repeat(32), 'g'.repeat(16)],
    ['with a line break at the end', `${'1'.repeat(32)}\n`, `${'1'.repeat(16)}\n`],
    ['a number', 11, 11],
    ['absent', undefined, undefined],
    ['null', null, null],
  ])('an id is invalid: %s', async (_, traceId, spanId) => {
    const { isSpanId, isTraceId } = await load()
    expect([isTraceId(traceId), isSpanId(spanId)]).toEqual([false, false])
  })
})
