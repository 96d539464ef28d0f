type Header = readonly [name: string, value: string]

/** One request of a case, and the headers that the service must send. */
export interface Step {
  readonly headers: readonly Header[]
  /** Whether the calls it makes belong to the trace that was sent. */
  readonly trace: 'same' | 'new'
  /** The whole tracestate that it sends; `undefined` means none. */
  readonly tracestate?: string
  /** How many calls the service is asked to make. Default: 1. */
  readonly calls?: number
  /** The flags it sends on. Default: not looked at. */
  readonly flags?: string
}

export const TRACE_ID = '12345678901234567890123456789012'
export const PARENT_ID = '1234567890123456'

const traceparent = (value: string): Header => ['traceparent', value]
const tracestate = (value: string): Header => ['tracestate', value]
const valid = `00-${TRACE_ID}-${PARENT_ID}-01`

/** Each of these values alone is a new trace. */
const refused = (...values: string[]): Step[] =>
  values.map((value) => ({ headers: [traceparent(value)], trace: 'new' }))

/** Each of these values alone is continued. */
const continued = (...values: string[]): Step[] =>
  values.map((value) => ({ headers: [traceparent(value)], trace: 'same' }))

/** With a valid traceparent, these tracestate headers result in the first argument. */
const state = (expected: string | undefined, ...headers: readonly (string | Header)[]): Step => ({
  headers: [
    traceparent(`00-${TRACE_ID}-${PARENT_ID}-00`),
    ...headers.map((header) => (typeof header === 'string' ? tracestate(header) : header)),
  ],
  trace: 'same',
  ...(expected === undefined ? {} : { tracestate: expected }),
})
const dropped = (...headers: string[]): Step => state(undefined, ...headers)

const members = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const number = String(from + index).padStart(2, '0')
    return `bar${number}=${number}`
  }).join(',')
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const VALUE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  .filter((character) => character !== ',' && character !== '=')
  .join('')

/**
 * The cases of the W3C's conformance suite at strict level 2, by its names, and the random flag of level 2.
 *
 * @see https://github.com/w3c/trace-context/tree/main/test
 */
export const W3C_SUITE: Readonly<Record<string, readonly Step[]>> = {
  both_traceparent_and_tracestate_missing: [{ headers: [], trace: 'new' }],
  traceparent_included_tracestate_missing: continued(valid),
  traceparent_duplicated: [
    {
      headers: [traceparent(`00-${TRACE_ID.slice(0, -1)}1-${PARENT_ID}-01`), traceparent(valid)],
      trace: 'new',
    },
  ],
  traceparent_header_name: [
    { headers: [['trace-parent', valid]], trace: 'new' },
    { headers: [['trace.parent', valid]], trace: 'new' },
  ],
  traceparent_header_name_valid_casing: ['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map((name) => ({
    headers: [[name, valid]],
    trace: 'same',
  })),
  traceparent_version_0x00: refused(`${valid}.`, `${valid}-what-the-future-will-be-like`),
  traceparent_version_0xcc: [
    ...continued(`cc${valid.slice(2)}`, `cc${valid.slice(2)}-what-the-future-will-be-like`),
    ...refused(`cc${valid.slice(2)}.what-the-future-will-be-like`),
  ],
  traceparent_version_0xff: refused(`ff${valid.slice(2)}`),
  traceparent_version_illegal_characters: refused(`.0${valid.slice(2)}`, `0.${valid.slice(2)}`),
  traceparent_version_too_long: refused(`0${valid}`, `00${valid}`),
  traceparent_version_too_short: refused(valid.slice(1)),
  traceparent_trace_id_all_zero: refused(`00-${'0'.repeat(32)}-${PARENT_ID}-01`),
  traceparent_trace_id_illegal_characters: refused(
    `00-.${TRACE_ID.slice(1)}-${PARENT_ID}-01`,
    `00-${TRACE_ID.slice(0, -1)}.-${PARENT_ID}-01`,
  ),
  traceparent_trace_id_too_long: refused(`00-${TRACE_ID}3-${PARENT_ID}-01`),
  traceparent_trace_id_too_short: refused(`00-${TRACE_ID.slice(0, -1)}-${PARENT_ID}-01`),
  traceparent_parent_id_all_zero: refused(`00-${TRACE_ID}-${'0'.repeat(16)}-01`),
  traceparent_parent_id_illegal_characters: refused(
    `00-${TRACE_ID}-.${PARENT_ID.slice(1)}-01`,
    `00-${TRACE_ID}-${PARENT_ID.slice(0, -1)}.-01`,
  ),
  traceparent_parent_id_too_long: refused(`00-${TRACE_ID}-${PARENT_ID}7-01`),
  traceparent_parent_id_too_short: refused(`00-${TRACE_ID}-${PARENT_ID.slice(0, -1)}-01`),
  traceparent_trace_flags_illegal_characters: refused(
    `00-${TRACE_ID}-${PARENT_ID}-.0`,
    `00-${TRACE_ID}-${PARENT_ID}-0.`,
  ),
  traceparent_trace_flags_too_long: refused(`00-${TRACE_ID}-${PARENT_ID}-001`),
  traceparent_trace_flags_too_short: refused(`00-${TRACE_ID}-${PARENT_ID}-1`),
  traceparent_trace_flags_random: ['00', '01', '02', '03'].map((flags) => ({
    headers: [traceparent(`00-${TRACE_ID}-${PARENT_ID}-${flags}`)],
    trace: 'same',
    flags,
  })),
  traceparent_ows_handling: continued(` ${valid}`, `\t${valid}`, `${valid} `, `${valid}\t`, `\t ${valid} \t`),
  tracestate_included_traceparent_missing: [
    { headers: [tracestate('foo=1')], trace: 'new' },
    { headers: [tracestate('foo=1,bar=2')], trace: 'new' },
  ],
  tracestate_included_traceparent_included: [state('foo=1,bar=2', 'foo=1,bar=2')],
  tracestate_header_name: [
    state(undefined, ['trace-state', 'foo=1']),
    state(undefined, ['trace.state', 'foo=1']),
  ],
  tracestate_header_name_valid_casing: ['TraceState', 'TrAcEsTaTe', 'TRACESTATE'].map((name) =>
    state('foo=1', [name, 'foo=1']),
  ),
  tracestate_empty_header: [dropped(''), state('foo=1', 'foo=1', ''), state('foo=1', '', 'foo=1')],
  tracestate_multiple_headers_different_keys: [
    state('foo=1,bar=2,rojo=1,congo=2,baz=3', 'foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'),
  ],
  tracestate_duplicated_keys: [
    state('foo=1', 'foo=1,foo=1'),
    state('foo=1', 'foo=1,foo=2'),
    state('foo=1', 'foo=1', 'foo=1'),
    state('foo=1', 'foo=1', 'foo=2'),
  ],
  tracestate_all_allowed_characters: [
    state(`${KEY}=${VALUE}`, `${KEY}=${VALUE}`),
    state(`${KEY}@a-z0-9_-*/=${VALUE}`, `${KEY}@a-z0-9_-*/=${VALUE}`),
  ],
  tracestate_ows_handling: [
    state('foo=1,bar=2,baz=3', 'foo=1 \t , \t bar=2, \t baz=3'),
    state('foo=1,bar=2,baz=3', 'foo=1\t \t,\t \tbar=2,\t \tbaz=3'),
    ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].map((value) => state('foo=1', value)),
  ],
  tracestate_key_illegal_characters: [dropped('foo =1'), dropped('FOO=1'), dropped('foo.bar=1')],
  tracestate_key_illegal_vendor_format: [
    state('foo@=1,bar=2', 'foo@=1,bar=2'),
    dropped('@foo=1,bar=2'),
    state('foo@@bar=1,bar=2', 'foo@@bar=1,bar=2'),
    state('foo@bar@baz=1,bar=2', 'foo@bar@baz=1,bar=2'),
  ],
  tracestate_member_count_limit: [
    state(members(1, 32), members(1, 10), members(11, 20), members(21, 30), members(31, 32)),
    dropped(members(1, 10), members(11, 20), members(21, 30), members(31, 33)),
  ],
  tracestate_key_length_limit: [
    state(`foo=1,${'z'.repeat(256)}=1`, 'foo=1', `${'z'.repeat(256)}=1`),
    dropped('foo=1', `${'z'.repeat(257)}=1`),
    state(`foo=1,${'t'.repeat(241)}@${'v'.repeat(14)}=1`, 'foo=1', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`),
    state(`foo=1,${'t'.repeat(242)}@v=1`, 'foo=1', `${'t'.repeat(242)}@v=1`),
    state(`foo=1,t@${'v'.repeat(15)}=1`, 'foo=1', `t@${'v'.repeat(15)}=1`),
  ],
  tracestate_value_illegal_characters: [dropped('foo=bar=baz'), dropped('foo=,bar=3')],
  multiple_requests_with_valid_traceparent: [{ headers: [traceparent(valid)], trace: 'same', calls: 3 }],
  multiple_requests_without_traceparent: [{ headers: [], trace: 'new', calls: 3 }],
  multiple_requests_with_illegal_traceparent: [
    { headers: [traceparent(`00-${'0'.repeat(32)}-${PARENT_ID}-01`)], trace: 'new', calls: 3 },
  ],
}
