import { expect, test } from 'vitest'
import { samplerRatio } from './sampler-ratio.ts'

test.each([
  ['always_on', undefined, 1],
  ['always_off', undefined, 0],
  ['parentbased_always_on', undefined, 1],
  ['parentbased_always_off', undefined, 0],
  ['traceidratio', '0.25', 0.25],
  ['ParentBased_TraceIdRatio', 0.5, 0.5],
  ['traceidratio', undefined, 1],
  ['traceidratio', 0, 0],
  [undefined, undefined, 1],
  ['always_on', '0.25', 1],
  ['always_off', '0.25', 0],
])('the sampler %s with the argument %s samples the share %d of the roots', (name, argument, ratio) => {
  const invalid: string[] = []
  expect(samplerRatio(name, argument, (what) => invalid.push(what))).toBe(ratio)
  expect(invalid).toEqual([])
})

test.each([
  ['sometimes', '0.25', 1, ['name']],
  ['traceidratio', 'much', 1, ['ratio']],
  ['traceidratio', '1.5', 1, ['ratio']],
  ['traceidratio', -0.1, 1, ['ratio']],
  ['sometimes', 'much', 1, ['name', 'ratio']],
])(
  'the sampler %s with the argument %s has the default, and is reported',
  (name, argument, ratio, reported) => {
    const invalid: string[] = []
    expect(samplerRatio(name, argument, (what) => invalid.push(what))).toBe(ratio)
    expect(invalid).toEqual(reported)
  },
)
