import { expect, test } from 'vitest'
import { withoutOwnTimings } from './server-timing.ts'

test.each([
  ['traceparent;desc="00-a-b-01", trace;desc="00-a-b-01", edge;desc="1";dur=3', undefined],
  ['db;dur=53, traceparent;desc="00-a-b-01", cache;desc="hit, edge"', 'db;dur=53, cache;desc="hit, edge"'],
  ['tracer;dur=1', 'tracer;dur=1'],
  ['edge;dur=1, trace;desc="a CDN\'s"', 'edge;dur=1, trace;desc="a CDN\'s"'],
  ['db;desc="a \\", trace;x"', 'db;desc="a \\", trace;x"'],
  ['', undefined],
])('of %j only what others wrote is left', (header, rest) => {
  expect(withoutOwnTimings(header)).toBe(rest)
})
