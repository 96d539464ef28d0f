import { generateTraceId } from '@throughline/otel-shared'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSampler } from './head-sampler.ts'

const traceIds = Array.from({ length: 20_000 }, generateTraceId)
const sampledBy = (name: string, ratio?: number) => {
  const sampler = createSampler(name, ratio)
  return traceIds.filter((traceId) => sampler.shouldSample({ traceId }))
}

describe('the standard samplers', () => {
  test.each([
    ['always_on', true, true, true],
    ['always_off', false, false, false],
    ['parentbased_always_on', true, true, false],
    ['parentbased_always_off', false, true, false],
    ['ALWAYS_OFF', false, false, false],
    ['ParentBased_Always_Off', false, true, false],
    ['no_such_sampler', true, true, false],
  ])('%s: root %s, sampled parent %s, unsampled parent %s', (name, root, sampled, unsampled) => {
    const sampler = createSampler(name)
    const [traceId = ''] = traceIds
    expect([
      sampler.shouldSample({ traceId }),
      sampler.shouldSample({ traceId, parentSampled: true }),
      sampler.shouldSample({ traceId, parentSampled: false }),
    ]).toEqual([root, sampled, unsampled])
  })

  test('a ratio samples its share of traces, and all traces that a lower ratio samples', () => {
    const tenth = sampledBy('traceidratio', 0.1)
    expect(tenth.length / traceIds.length).toBeGreaterThan(0.08)
    expect(tenth.length / traceIds.length).toBeLessThan(0.12)
    const half = new Set(sampledBy('traceidratio', 0.5))
    expect(tenth.every((traceId) => half.has(traceId))).toBe(true)
    expect(sampledBy('traceidratio', 0)).toEqual([])
    expect(sampledBy('traceidratio', 1)).toHaveLength(traceIds.length)
  })

  test.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.1, 'e6666666666666'],
    [1e-3, 'ffbe76c8b43958'],
    [1e-16, 'fffffffffffff9'],
    [2 ** -56, 'ffffffffffffff'],
    [1 - 2 ** -53, '00000000000008'],
    [2 ** -58, undefined],
    [Number.MIN_VALUE, undefined],
    [0, undefined],
  ])('ratio %d is threshold %s', (ratio, threshold) => {
    expect(createSampler('traceidratio', ratio).threshold).toBe(threshold)
  })

  test('the threshold of a ratio samples its share of the 2^56 random values', () => {
    const ratios = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 60, noNaN: true }).map((exponent) => 2 ** -exponent),
    )
    fc.assert(
      fc.property(ratios, (ratio) => {
        const { threshold } = createSampler('traceidratio', ratio)
        if (threshold !== undefined) expect(threshold).toMatch(/^(?:0|[0-9a-f]{0,13}[1-9a-f])$/)
        const kept = threshold === undefined ? 0 : 2 ** 56 - Number(`0x${threshold.padEnd(14, '0')}`)
        // The tolerance is half a step of the threshold, and the rounding error of the subtraction in this test.
        expect(Math.abs(kept / 2 ** 56 - ratio)).toBeLessThanOrEqual(2 ** -57 + 2 ** -53)
      }),
    )
  })

  test('a higher ratio samples every trace that a lower ratio samples', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true })
    const hex = fc.stringMatching(/^[0-9a-f]{14}$/)
    fc.assert(
      fc.property(ratio, ratio, hex, (left, right, randomness) => {
        const keeps = (value: number) =>
          createSampler('traceidratio', value).shouldSample({ traceId: '0'.repeat(32), randomness })
        expect(Number(keeps(Math.min(left, right)))).toBeLessThanOrEqual(Number(keeps(Math.max(left, right))))
      }),
    )
  })

  test.each([
    7,
    -0.1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    ' ',
    'half',
    '0x0',
    '1e',
    '0,5',
    '--1',
    '0 0',
    '.',
  ])('a ratio of "%s" is invalid, so that everything is sampled', (ratio) => {
    expect(createSampler('traceidratio', ratio).threshold).toBe('0')
  })

  test.each([
    ['0', undefined],
    ['0.0', undefined],
    ['.5', '8'],
    ['1.', '0'],
    ['5e-1', '8'],
    ['0.05E+1', '8'],
  ])('a ratio of "%s" is threshold %s', (ratio, threshold) => {
    expect(createSampler('traceidratio', ratio).threshold).toBe(threshold)
  })
})
