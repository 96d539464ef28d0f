import { describe, expect, test } from 'vitest'
import { generateTraceId } from './ids.ts'
import { createSampler } from './sampler.ts'

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

  test('a ratio samples that share, and whatever a lower ratio samples', () => {
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
    [0.1, 'e6666666666668'],
    [0, undefined],
  ])('ratio %d is threshold %s', (ratio, threshold) => {
    expect(createSampler('traceidratio', ratio).threshold?.slice(0, 8)).toBe(threshold?.slice(0, 8))
  })

  test('a ratio that is none samples everything', () => {
    expect(sampledBy('traceidratio', 7)).toHaveLength(traceIds.length)
  })
})
