import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkers } from '@throughline/otel-testing/workers'
import { unstable_readConfig } from 'wrangler'

const ROOT = join(import.meta.dirname, '../../..')

export interface ShopOptions {
  /** The address of the payments service. */
  readonly backendUrl: string
  /** The address of the collector, without `/v1/traces`. */
  readonly otlpEndpoint: string
}

/** The running workers, with fresh state. */
export interface Shop {
  /** Sends a request to the gateway. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Starts the four workers with their deployment configuration. The site is a single page. */
export async function startShop({ backendUrl, otlpEndpoint }: ShopOptions): Promise<Shop> {
  const site = mkdtempSync(join(tmpdir(), 'throughline-site-'))
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>The shop</title>')
  writeFileSync(join(site, 'site.js'), 'export {}')
  const {
    name,
    main,
    compatibility_date,
    services,
    assets,
    vars: own,
  } = unstable_readConfig({
    config: join(ROOT, 'wrangler.toml'),
  })
  const vars = {
    BACKEND_URL: backendUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
    TRACE_URL: 'http://localhost:16686/trace/{traceId}',
  }
  const workers = await startWorkers({
    root: ROOT,
    workers: [
      {
        config: {
          name,
          main,
          compatibility_date,
          services,
          vars: { ...own, ...vars },
          assets: { ...assets, directory: site },
        },
      },
      ...['shop', 'inventory', 'fulfilment'].map((worker) => ({
        configPath: `apps/edge/${worker}/wrangler.toml`,
        vars,
      })),
    ],
  })
  await workers.getWorker('shop').applyD1Migrations('DB')
  return {
    fetch: (path, init) => fetch(new URL(path, workers.url), init),
    async stop() {
      await workers.stop()
      rmSync(site, { recursive: true })
    },
  }
}
