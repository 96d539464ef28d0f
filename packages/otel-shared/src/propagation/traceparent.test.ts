import { describe, expect, test } from 'vitest'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const IDS = `${TRACE_ID}-${SPAN_ID}`

// https://www.w3.org/TR/trace-context-2/#traceparent-header
describe('a header that is continued', () => {
  test.each([
    [`00-${IDS}-01`, 1],
    [`00-${IDS}-00`, 0],
    [`00-${IDS}-03`, 3],
    [`00-${IDS}-ff`, 3],
    [`00-${IDS}-fc`, 0],
    [`01-${IDS}-01`, 1],
    [`fe-${IDS}-01-what-comes-later`, 1],
    [`01-${IDS}-01-`, 1],
    [` \t00-${IDS}-01\t `, 1],
  ])('%s has the flags %d', (header, traceFlags) => {
    expect(parseTraceparent(header)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags,
      isRemote: true,
    })
  })
})

describe('a header that is treated as absent', () => {
  test.each([
    '',
    '00',
    `ff-${IDS}-01`,
    `FE-${IDS}-01`,
    `0-${IDS}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${IDS}-0`,
    `00-${IDS}-0g`,
    `00-${IDS}-01-`,
    `00-${IDS}-01-more`,
    `01-${IDS}-01more`,
    `01-${IDS}-01.more`,
    `\n00-${IDS}-01`,
    `00-${IDS}-01\u00a0`,
    `01-${IDS}-01-${'x'.repeat(500)}`,
    `${' '.repeat(500)}00-${IDS}-01`,
  ])('the header %j is treated as absent', (header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })
})

test('a formatted header is parsed to the same value, without flags unknown to level 2', () => {
  expect(formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0xff })).toBe(`00-${IDS}-03`)
})
