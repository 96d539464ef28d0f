import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@throughline/otel-testing/node'
import { startService } from '../../../scripts/service-process.ts'
import type { StartedProxy } from './started-proxy.ts'

const INDENT = ' '.repeat(10)

/** A listener of Envoy. */
export interface EnvoyListener {
  readonly upstream: string
  /** Further fields of its HTTP connection manager, as YAML. Default: none. */
  readonly manager?: string
}

export interface EnvoyOptions {
  readonly path: string
  readonly folder: string
  /** The addresses of the clusters. */
  readonly clusters: Readonly<Record<string, string>>
  readonly listeners: Readonly<Record<string, EnvoyListener>>
}

/** Starts Envoy with several listeners, each on a free port. */
export async function startEnvoy({ path, folder, clusters, listeners }: EnvoyOptions): Promise<StartedProxy> {
  mkdirSync(folder, { recursive: true })
  const admin = await freePort()
  const urls: Record<string, string> = {}
  const parts = [
    // By default, spans leave five at a time or every five seconds.
    'layered_runtime: { layers: [{ name: static, static_layer: { tracing.opentelemetry.min_flush_spans: 1 } }] }',
    `admin: { address: ${address(`http://127.0.0.1:${admin}`)} }`,
    'static_resources:',
    '  listeners:',
  ]
  for (const [name, { upstream, manager = '' }] of Object.entries(listeners)) {
    const url = `http://127.0.0.1:${await freePort()}`
    urls[name] = url
    parts.push(listener(name, url, upstream), manager.replaceAll(/^(?=.)/gm, INDENT))
  }
  parts.push('  clusters:')
  for (const [name, url] of Object.entries(clusters)) parts.push(cluster(name, url))
  const file = join(folder, 'envoy.yaml')
  writeFileSync(file, parts.join('\n'))
  const service = await startService({
    name: 'envoy',
    command: [path, '-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning'],
    env: { PATH: process.env.PATH },
    readyUrl: `http://127.0.0.1:${admin}/ready`,
  })
  return { urls, stop: () => service.stop() }
}

function listener(name: string, url: string, upstream: string): string {
  return `  - name: ${name}
    address: ${address(url)}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ${name}
          route_config:
            virtual_hosts:
            - { name: all, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: ${upstream} } }] }
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }`
}

function cluster(name: string, url: string): string {
  return `  - name: ${name}
    type: STATIC
    load_assignment:
      cluster_name: ${name}
      endpoints: [{ lb_endpoints: [{ endpoint: { address: ${address(url)} } }] }]`
}

function address(url: string): string {
  return `{ socket_address: { address: 127.0.0.1, port_value: ${new URL(url).port} } }`
}
