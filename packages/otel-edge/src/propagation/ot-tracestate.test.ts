import { parseTracestate } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { getRandomness, withThreshold } from './ot-tracestate.ts'

test.each([
  ['ot=rv:0123456789abcd', '0123456789abcd'],
  ['ot=th:8;rv:fedcba98765432;x:1,other=1', 'fedcba98765432'],
  ['ot=rv:0123', undefined],
  ['ot=rv:0123456789ABCD', undefined],
  ['ot=th:8', undefined],
  ['other=rv:0123456789abcd', undefined],
])('the randomness of %s is %s', (tracestate, randomness) => {
  expect(getRandomness(parseTracestate(tracestate))).toBe(randomness)
})

test.each([
  ['', '8', 'ot=th:8'],
  ['other=1', 'c', 'ot=th:c,other=1'],
  ['other=1,ot=th:0;rv:0123456789abcd', '8', 'ot=th:8;rv:0123456789abcd,other=1'],
  ['ot=th:8;rv:0123456789abcd', undefined, 'ot=rv:0123456789abcd'],
  ['ot=th:8,other=1', undefined, 'other=1'],
  ['other=1', undefined, 'other=1'],
  ['ot=nonsense', '8', 'ot=th:8'],
  ['ot=th:c;x:1;rv:0123456789abcd', '8', 'ot=th:8;rv:0123456789abcd;x:1'],
])('%s with the threshold %s is %s', (tracestate, threshold, expected) => {
  expect(withThreshold(parseTracestate(tracestate), threshold)?.serialize()).toBe(expected)
})

test('a longer threshold displaces unknown pairs, never the randomness', () => {
  const full = `th:8;x:1;y:${'y'.repeat(227)};rv:0123456789abcd`
  expect(full).toHaveLength(256)
  expect(withThreshold(parseTracestate(`ot=${full}`), 'cccc').serialize()).toBe(
    'ot=th:cccc;rv:0123456789abcd;x:1',
  )
})
