import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { OURS, type Product } from './products.ts'

const HERE = import.meta.dirname
const OTEL_WEB = join(HERE, '../../packages/otel-web')
const DOWN_LEVELLED = { 'async-await': false, 'async-generator': false, 'for-await': false }

/** The scripts of one product's page: path → source. */
export interface Scripts {
  /** Script tags for the head, in order. */
  readonly tags: string
  readonly files: ReadonlyMap<string, string>
}

/** Builds the scripts of a product's page: its SDK, minified as documented, and the page's code. */
export function scriptsOf(product: Product): Promise<Scripts> {
  const known = made.get(product) ?? make(product)
  made.set(product, known)
  return known
}

const made = new Map<Product, Promise<Scripts>>()

async function make(product: Product): Promise<Scripts> {
  const workload = await bundle(join(HERE, 'page/workload.ts'), product)
  const files = new Map([['/workload.js', workload]])
  if (product === OURS) {
    for (const [path, source] of buildThroughline()) files.set(path, source)
    return { tags: '<script src="/throughline.js" data-service-name="bench"></script>', files }
  }
  if (product.entry === undefined) return { tags: '', files }
  files.set('/sdk.js', await bundle(join(HERE, 'products', product.entry), product))
  return { tags: '<script src="/sdk.js"></script>', files }
}

async function bundle(entry: string, product: Product): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    ...(product.downLevelled === true ? { supported: DOWN_LEVELLED } : {}),
  })
  return outputFiles[0]?.text ?? ''
}

function buildThroughline(): ReadonlyMap<string, string> {
  const { status, stderr } = spawnSync(process.execPath, [join(OTEL_WEB, 'build.ts')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`packages/otel-web/build.ts failed:\n${stderr}`)
  const dist = join(OTEL_WEB, 'dist')
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )
  return new Map(names.map((name) => [`/${name}`, readFileSync(join(dist, name), 'utf8')]))
}
