import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestHarness, unstable_readConfig } from 'wrangler'

const ROOT = join(import.meta.dirname, '../../..')

export interface ShopOptions {
  /** Where payments are made. */
  readonly backendUrl: string
  /** Where spans go, without `/v1/traces`. */
  readonly otlpEndpoint: string
}

/** The four workers, running with fresh state. */
export interface Shop {
  /** Asks the gateway. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Starts the four workers by the configuration they are deployed with; the site is a single page. */
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
  const harness = createTestHarness({
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
  const { url } = await harness.listen()
  await harness.getWorker('shop').applyD1Migrations('DB')
  return {
    fetch: (path, init) => fetch(new URL(path, url), init),
    async stop() {
      await harness.close()
      rmSync(site, { recursive: true })
    },
  }
}
