import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, run } from '../command.ts'
import { packPackages } from './pack-packages.ts'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

const PACKAGES = ['otel-shared', 'otel-edge', 'otel-web', 'otel-collector'] as const
const MAX_DEPENDENCIES = { 'otel-shared': 0, 'otel-edge': 2, 'otel-web': 3, 'otel-collector': 1 }
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']
/** Versions of what an app brings along, as the workspaces have them. */
const APP_DEPENDENCIES = [
  'typescript',
  'hono',
  'vite',
  'wrangler',
  '@types/node',
  '@cloudflare/workers-types',
]

const folder = mkdtempSync(join(tmpdir(), 'throughline-packages-'))
const app = join(folder, 'app')

beforeAll(async () => {
  const tarballs = await packPackages(folder)
  cpSync(join(import.meta.dirname, 'app'), app, { recursive: true })
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const others = APP_DEPENDENCIES.map((name) => `${name}@${versionOf(name)}`)
  await run(['npm', 'install', '--no-audit', '--no-fund', ...tarballs, ...others], { cwd: app })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(PACKAGES)('the package %s', (name) => {
  const installed = () => join(app, 'node_modules/@throughline', name)
  const tarball = () => join(folder, readdirSync(folder).find((file) => file.includes(`-${name}-`)) ?? '')

  test('publint has no finding', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(), pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([])
  })

  test('types and code resolve in every module resolution mode', async () => {
    const attw = join(ROOT, 'node_modules/.bin/attw')
    await run([attw, tarball(), '--profile', 'esm-only', '--no-emoji'], { cwd: folder })
  })

  test('the public API equals its snapshot', async () => {
    const declarations = readdirSync(installed(), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.d.ts'))
      .sort()
      .map((path) => `// ${path}\n${withoutComments(readFileSync(join(installed(), path), 'utf8'))}`)
    await expect(declarations.join('\n')).toMatchFileSnapshot(
      join(ROOT, 'packages', name, 'api.snapshot.txt'),
    )
  })

  test('the package has a licence, a README and few dependencies without install scripts', () => {
    const files = readdirSync(installed())
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    const { dependencies = {} } = readManifest(installed())
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(MAX_DEPENDENCIES[name])
    for (const dependency of [`@throughline/${name}`, ...Object.keys(dependencies)]) {
      const { scripts = {} } = readManifest(join(app, 'node_modules', dependency))
      expect(Object.keys(scripts).filter((script) => INSTALL_SCRIPTS.includes(script))).toEqual([])
    }
  })

  test('the source maps contain the source', () => {
    const maps = readdirSync(installed(), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.js.map'),
    )
    expect(maps.length).toBeGreaterThan(0)
    for (const path of maps) {
      const map = JSON.parse(readFileSync(join(installed(), path), 'utf8')) as { sourcesContent?: unknown[] }
      expect(map.sourcesContent?.length, path).toBeGreaterThan(0)
    }
  })
})

describe.each([
  ['preserve', 'bundler'],
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
])('an app compiles with module %s and moduleResolution %s', (module, moduleResolution) => {
  test.each([
    ['edge', ['ES2024'], ['@cloudflare/workers-types']],
    ['web', ['ES2024', 'DOM', 'DOM.Iterable'], []],
    ['collector', ['ES2024'], ['node']],
    ['vite', ['ES2024', 'DOM'], ['node']],
  ])('an app of %s.ts compiles in strict mode with skipLibCheck off', async (file, lib, types) => {
    const config = join(app, `tsconfig.${file}-${moduleResolution}.json`)
    const compilerOptions = {
      ...{ module, moduleResolution, lib, types, target: 'es2024', strict: true, noEmit: true },
      ...{ skipLibCheck: false, exactOptionalPropertyTypes: true, isolatedModules: true },
    }
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${file}.ts`] }))
    await run([join(app, 'node_modules/.bin/tsc'), '-p', config], { cwd: app })
  })
})

test('a worker of the packed edge package is bundled by wrangler', async () => {
  const command = ['deploy', 'edge.ts', '--dry-run', '--name', 'api', '--compatibility-date', '2026-01-01']
  const output = await run(
    [
      join(app, 'node_modules/.bin/wrangler'),
      ...[...command, '--compatibility-flag', 'nodejs_als', '--outdir', join(folder, 'worker')],
    ],
    { cwd: app, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  )
  expect(output).toContain('--dry-run: exiting now')
})

test('a gateway of create-throughline is bundled by wrangler with the packed packages', async () => {
  const gateway = join(app, 'gateway')
  mkdirSync(gateway)
  const create = join(ROOT, 'packages/create-throughline/src/bin.ts')
  await run([process.execPath, create, '--gateway', '--yes', '--no-install'], { cwd: gateway })
  const output = await run([join(app, 'node_modules/.bin/wrangler'), 'deploy', '--dry-run'], {
    cwd: gateway,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  expect(output).toContain('--dry-run: exiting now')
  expect(output).toContain('env.OTEL_EXPORTER_OTLP_ENDPOINT')
})

test('an app of the packed browser package is built by Vite', async () => {
  writeFileSync(join(app, 'index.html'), '<script type="module" src="/web.ts"></script>')
  cpSync(join(app, 'vite.ts'), join(app, 'vite.config.ts'))
  await run([join(app, 'node_modules/.bin/vite'), 'build'], { cwd: app })
  const scripts = readdirSync(join(app, 'dist/assets')).map((name) =>
    readFileSync(join(app, 'dist/assets', name), 'utf8'),
  )
  expect(scripts.join()).toContain('traceparent')
})

test('the packed edge and shared packages are imported by Node', async () => {
  const code = `await import('@throughline/otel-edge'); await import('@throughline/otel-shared'); console.log('imported')`
  expect(await run([process.execPath, '--input-type=module', '-e', code], { cwd: app })).toBe('imported\n')
})

test('the packed collector starts by its command, accepts a trace and shows it', async () => {
  const child = spawn(process.execPath, [join(app, 'node_modules/.bin/throughline-collector')], {
    cwd: app,
    env: { ...process.env, OTLP_PORT: '0', UI_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const addresses: string[] = []
  for await (const line of createInterface(child.stdout)) {
    addresses.push(line.replace(/^\w+\s+/, ''))
    if (addresses.length === 2) break
  }
  const [otlpUrl = '', uiUrl = ''] = addresses
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const time = BigInt(Date.now()) * 1_000_000n
  const span = {
    ...{ traceId, spanId: 'b7ad6b7169203331', name: 'from a tarball', kind: 1 },
    ...{ startTimeUnixNano: String(time), endTimeUnixNano: String(time + 1_000_000n) },
  }
  const posted = await fetch(otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  })
  expect(posted.status).toBe(200)
  expect(await (await fetch(`${uiUrl}/api/traces/${traceId}`)).text()).toContain('from a tarball')
  expect(await (await fetch(uiUrl)).text()).toContain('/assets/viewer.js')
  expect((await fetch(`${uiUrl}/assets/viewer.js`)).status).toBe(200)
  child.kill()
  await exited
})

describe('the packed command create-throughline', () => {
  const command = () => join(app, 'node_modules/.bin/create-throughline')
  const installed = () => join(app, 'node_modules/create-throughline')

  test('publint has no finding', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(), pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([])
  })

  test('it has a licence, a README and no dependency with an install script', () => {
    const files = readdirSync(installed())
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    expect(files).not.toEqual(expect.arrayContaining([expect.stringMatching(/\.d\.ts$/)]))
    const { dependencies = {} } = readManifest(installed())
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(6)
    for (const dependency of ['create-throughline', ...Object.keys(dependencies)]) {
      const { scripts = {} } = readManifest(join(app, 'node_modules', dependency))
      expect(Object.keys(scripts).filter((script) => INSTALL_SCRIPTS.includes(script))).toEqual([])
    }
  })

  test('it adds tracing with the packed packages, which Vite then builds', async () => {
    const project = join(app, 'create')
    mkdirSync(project)
    const source =
      '<!doctype html><html><head></head><body><script type="module" src="/main.js"></script></body></html>'
    writeFileSync(join(project, 'index.html'), source)
    writeFileSync(join(project, 'main.js'), "fetch('/api')\n")
    writeFileSync(join(project, 'package.json'), '{ "type": "module", "devDependencies": { "vite": "8" } }')
    const args = ['--yes', '--no-install', `--from=${folder}`, '--service-name=shop-web']
    const output = await run([process.execPath, command(), ...args], { cwd: project })
    expect(output).toContain('Found Vite.')
    expect(readManifest(project).dependencies?.['@throughline/otel-web']).toMatch(/^file:.*otel-web-.*\.tgz$/)
    await run([join(app, 'node_modules/.bin/vite'), 'build'], { cwd: project })
    const scripts = readdirSync(join(project, 'dist/assets')).map((name) =>
      readFileSync(join(project, 'dist/assets', name), 'utf8'),
    )
    expect(scripts.join()).toContain('shop-web')
    expect(await run([process.execPath, command(), ...args], { cwd: project })).toContain(
      'Nothing was changed.',
    )
  })

  test('the worker that it makes in an empty folder is bundled by wrangler', async () => {
    const project = join(app, 'new')
    mkdirSync(project)
    await run([process.execPath, command(), '--yes', '--no-install', `--from=${folder}`], { cwd: project })
    const output = await run(
      [
        join(app, 'node_modules/.bin/wrangler'),
        'deploy',
        '--dry-run',
        '--outdir',
        join(folder, 'new-worker'),
      ],
      { cwd: project, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
    )
    expect(output).toContain('--dry-run: exiting now')
  })

  test('it names the Node version that it needs if Node is older', ({ skip }) => {
    const { status, stderr, version } = runWithSystemNode(command())
    if (!/^v(?:1\d|20\.(?:\d|1[0-8]))\./.test(version))
      skip(`not run: no Node older than 20.19 here (${version || 'none'})`)
    expect([status, stderr]).toEqual([
      1,
      `create-throughline needs Node 20.19 or newer; this is ${version}.\n`,
    ])
  })
})

describe('the packed command throughline', () => {
  const command = () => join(app, 'node_modules/.bin/throughline')
  const installed = () => join(app, 'node_modules/throughline')

  test('publint has no finding', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(), pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([])
  })

  test('it is one bundle without dependencies, with a licence, a README and less than 150 kB of code', () => {
    const files = readdirSync(installed())
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    expect(readManifest(installed())).not.toHaveProperty('dependencies')
    const code = files.filter((file) => file.endsWith('.js'))
    const sizes = code.map((file) => readFileSync(join(installed(), file)).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000)
  })

  test('it prints its help and checks a page', async () => {
    expect(await run([process.execPath, command(), 'doctor', '--help'])).toContain('throughline doctor URL')
    const { status, stderr } = spawnSync(process.execPath, [command(), 'doctor', 'http://127.0.0.1:1/'], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([2, expect.stringContaining('The page cannot be reached')])
  })

  test('it names the Node version that it needs if Node is older', ({ skip }) => {
    const { status, stderr, version } = runWithSystemNode(command())
    if (!/^v(?:1\d|20\.(?:\d|1[0-8]))\./.test(version))
      skip(`not run: no Node older than 20.19 here (${version || 'none'})`)
    expect([status, stderr]).toEqual([2, `throughline needs Node 20.19 or newer; this is ${version}.\n`])
  })
})

test('the packed collector names the Node version that it needs if Node is older', ({ skip }) => {
  const { status, stderr, version } = runWithSystemNode(join(app, 'node_modules/.bin/throughline-collector'))
  if (!/^v(?:1\d|20|21)\./.test(version))
    skip(`not run: no Node older than 22.16 here (${version || 'none'})`)
  expect(status).toBe(1)
  expect(stderr).toBe(
    `The collector needs Node 22.16 or newer; this is ${version}. \`npx -p node@24 -c throughline-collector\` starts it.\n`,
  )
})

/** Runs a command with the Node of the system, if there is one. */
function runWithSystemNode(command: string): { status: number | null; stderr: string; version: string } {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin' }
  const version = String(spawnSync('node', ['--version'], { env }).stdout ?? '').trim()
  const { status, stderr } = spawnSync('node', [command], { env, encoding: 'utf8' })
  return { status, stderr, version }
}

function readManifest(of: string): Manifest {
  return JSON.parse(readFileSync(join(of, 'package.json'), 'utf8')) as Manifest
}

/** The version that the workspaces use. */
function versionOf(name: string): string {
  return (
    JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }
  ).version
}

function withoutComments(declaration: string): string {
  return declaration.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')
}
