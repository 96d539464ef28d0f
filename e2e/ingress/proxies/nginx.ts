import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@throughline/otel-testing/node'
import { startService } from '../../../scripts/service-process.ts'
import type { StartedProxy } from './started-proxy.ts'

/** A server of nginx. */
export interface NginxServer {
  /** The name of the upstream, as the snippets of the docs have it. */
  readonly upstream: 'shop' | 'gateway'
  /** What stands in the block `server`. Default: a location that forwards every request. */
  readonly config?: string
}

export interface NginxOptions {
  readonly path: string
  /** For its configuration and its temporary files. */
  readonly folder: string
  /** The addresses of the upstreams. */
  readonly upstreams: Readonly<Record<NginxServer['upstream'], string>>
  readonly servers: Readonly<Record<string, NginxServer>>
}

/** Starts nginx with several servers, each on a free port. */
export async function startNginx({ path, folder, upstreams, servers }: NginxOptions): Promise<StartedProxy> {
  mkdirSync(folder, { recursive: true })
  const ready = await freePort()
  const blocks = [`server { listen 127.0.0.1:${ready}; location / { return 204; } }`]
  for (const [name, url] of Object.entries(upstreams))
    blocks.push(`upstream ${name} { server ${new URL(url).host}; }`)
  const urls: Record<string, string> = {}
  for (const [name, { upstream, config }] of Object.entries(servers)) {
    const port = await freePort()
    urls[name] = `http://127.0.0.1:${port}`
    blocks.push(
      `server {\nlisten 127.0.0.1:${port};\n${config ?? `location / { proxy_pass http://${upstream}; }`}\n}`,
    )
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
access_log off; ${temporary.join(' ')}
${blocks.join('\n')}
}
`,
  )
  const service = await startService({
    name: 'nginx',
    command: [path, '-p', folder, '-e', 'stderr', '-c', file],
    env: { PATH: process.env.PATH },
    readyUrl: `http://127.0.0.1:${ready}`,
  })
  return { urls, stop: () => service.stop() }
}
