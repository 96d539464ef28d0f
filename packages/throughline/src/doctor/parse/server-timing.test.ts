import { describe, expect, test } from 'vitest'
import { readServerSpan, readTraceparents } from './server-timing.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`

describe('the metrics traceparent of Server-Timing', () => {
  test.each([
    ['are none without a header', undefined, []],
    ['are none in an empty header', '', []],
    ['can be in quotes', 'traceparent;desc="a"', ['a']],
    ['can be a token', 'traceparent;desc=a-b', ['a-b']],
    ['can have white space around separators', '\ttraceparent ; desc = "a" ', ['a']],
    ['can have a parameter before the description', 'traceparent;dur=1;desc="a"', ['a']],
    ['can have a parameter after the description', 'traceparent;desc="a";dur=1', ['a']],
    ['can have a parameter without a value', 'traceparent;x;desc="a"', ['a']],
    ['can be between others', 'edge;dur=1, traceparent;desc="a", cache;desc=hit', ['a']],
    ['are listed in order', 'traceparent;desc="a",traceparent;desc="b"', ['a', 'b']],
    ['have the first of two descriptions', 'traceparent;desc="a";desc="b"', ['a']],
    ['have a name of the parameter without case', 'traceparent;DESC="a"', ['a']],
    ['can have an empty description', 'traceparent;desc=""', ['']],
    ['can have escaped characters', String.raw`traceparent;desc="a\"\\b\c"`, ['a"\\bc']],
    ['can have separators in quotes', 'traceparent;desc="a,b;c=d"', ['a,b;c=d']],
    ['are not in the description of another', 'a;desc="x, traceparent;desc=b"', []],
    ['are not after an escaped quote of another', String.raw`a;desc="\", traceparent;desc=b"`, []],
    ['are none without a description', 'traceparent', []],
    ['are none with another parameter', 'traceparent;dur=1', []],
    ['are none without a value', 'traceparent;desc', []],
    ['are none with a longer name', 'traceparents;desc="a", my-traceparent;desc="b"', []],
    ['are not a parameter of another', 'a;traceparent;desc="b"', []],
    ['end with the header in an open quote', 'traceparent;desc="a', ['a']],
    ['end with the header after a backslash', 'traceparent;desc="a\\', ['a\\']],
    ['have no value after a second word', 'traceparent;desc="a" "b"', ['a']],
    ['survive empty members', ',, ;;traceparent;desc="x",;, traceparent;desc="a"', ['a']],
  ])('%s', (_, header, expected) => {
    expect(readTraceparents(header)).toEqual(expected)
  })
})

describe('the span of the server', () => {
  test('is that of the first metric', () => {
    const other = TRACEPARENT.replace(TRACE_ID, 'f'.repeat(32))
    expect(readServerSpan(`traceparent;desc="${TRACEPARENT}", traceparent;desc="${other}"`)).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: 1,
    })
  })

  test.each([
    ['is absent without a header', undefined],
    ['is absent without the metric', 'edge;dur=1'],
    [
      'is absent when the first metric is malformed',
      `traceparent;desc="x", traceparent;desc="${TRACEPARENT}"`,
    ],
    ['is absent with a trace id of zeros', `traceparent;desc="00-${'0'.repeat(32)}-${SPAN_ID}-01"`],
    ['is absent with upper-case digits', `traceparent;desc="${TRACEPARENT.toUpperCase()}"`],
  ])('%s', (_, header) => {
    expect(readServerSpan(header)).toBeUndefined()
  })
})
