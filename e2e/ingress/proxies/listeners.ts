import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/command.ts'
import type { EnvoyListener } from './envoy.ts'
import type { NginxServer } from './nginx.ts'

/** The servers of nginx. Snippets of the docs are run as they are. */
export function nginxServers() {
  const guide = readSnippets()
  return {
    pass: { upstream: 'shop' },
    guide: { upstream: 'shop', config: guide('nginx-shop') },
    selected: { upstream: 'shop', config: guide('nginx-selected') },
    stripped: { upstream: 'shop', config: location('shop', 'proxy_set_header traceparent "";') },
    doubled: { upstream: 'shop', config: location('shop', ...DOUBLED) },
    underscores: { upstream: 'shop', config: `underscores_in_headers on; ${location('shop')}` },
    front: { upstream: 'gateway', config: guide('nginx-gateway') },
    frontHost: { upstream: 'gateway' },
    frontStripped: {
      upstream: 'gateway',
      config: location('gateway', 'proxy_set_header traceparent "";'),
    },
    frontDoubled: { upstream: 'gateway', config: location('gateway', ...DOUBLED) },
  } as const satisfies Record<string, NginxServer>
}

/** The listeners of Envoy. */
export function envoyListeners() {
  const guide = readSnippets()
  const tracing = guide('envoy-tracing')
  const keepsRequestId = guide('envoy-request-id')
  return {
    pass: { upstream: 'shop' },
    traced: { upstream: 'shop', manager: tracing },
    front: { upstream: 'gateway' },
    frontTraced: { upstream: 'gateway', manager: tracing },
    istio: { upstream: 'shop', manager: keepsRequestId },
    istioTraced: { upstream: 'shop', manager: `${tracing}${keepsRequestId}` },
    b3: { upstream: 'b3' },
    b3Traced: { upstream: 'b3', manager: tracing },
    bridge: { upstream: 'bridge', manager: tracing },
  } as const satisfies Record<string, EnvoyListener>
}

const DOUBLED = [
  'proxy_set_header traceparent $http_traceparent;',
  'proxy_set_header traceparent $http_traceparent;',
]

function location(upstream: NginxServer['upstream'], ...lines: readonly string[]): string {
  return `location / { proxy_pass http://${upstream}; ${lines.join(' ')} }`
}

/** The configurations of docs/proxies.md, by the names in their fences. */
function readSnippets(): (name: string) => string {
  const text = readFileSync(join(ROOT, 'docs/proxies.md'), 'utf8')
  return (name) => {
    const [, code] = new RegExp(`^\`\`\`\\w+ run=${name}\\n([^]*?)^\`\`\`$`, 'm').exec(text) ?? []
    if (code === undefined) throw new Error(`docs/proxies.md has no snippet ${name}`)
    return code
  }
}
