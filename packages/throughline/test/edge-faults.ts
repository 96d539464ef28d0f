import type { Fault } from './faults.ts'
import { continued, healthy, page } from './site.ts'

const OTHER = 'traceparent;desc="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"'

/** The page is healthy, and the request to `/api` shows the fault. */
const api = (serverTiming: Parameters<typeof page>[0]) => healthy({ 'GET /api': page(serverTiming) })
const args = () => ['--request=/api']

export const EDGE_FAULTS: readonly Fault[] = [
  {
    name: 'a request that the edge does not answer',
    finds: 'edge-unreachable',
    sees: /closed the connection/,
    routes: healthy({ 'GET /api': () => 'cut' }),
    args,
  },
  {
    name: 'an edge that names no trace',
    finds: 'edge-no-traceparent',
    sees: /Server-Timing is absent/,
    routes: api({ serverTiming: () => undefined }),
    args,
  },
  {
    name: 'a response that a shared cache may keep, without a trace',
    finds: 'edge-cached-page',
    routes: api({ serverTiming: () => undefined, headers: { 'cache-control': 'public, max-age=60' } }),
    args,
  },
  {
    name: 'a malformed traceparent',
    finds: 'edge-bad-traceparent',
    sees: /"00-xyz-01"/,
    routes: api({ serverTiming: () => 'traceparent;desc="00-xyz-01"' }),
    args,
  },
  {
    name: 'two layers that both write Server-Timing',
    finds: 'edge-duplicate-traceparent',
    routes: api({ serverTiming: (request) => [continued(request), continued(request)] }),
    args,
  },
  {
    name: 'an edge that starts a new trace',
    finds: 'edge-new-trace',
    sees: /the response names 0af7651916cd43dd8448eb211c80319c/,
    routes: api({ serverTiming: () => OTHER }),
    args,
  },
  {
    name: 'an edge that does not sample',
    finds: 'edge-not-sampled',
    sees: /the response has 00/,
    routes: api({ serverTiming: (request) => continued(request).replaceAll('-01"', '-00"') }),
    args,
  },
]
