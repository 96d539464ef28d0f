import { describe, expect, test } from 'vitest'
import {
  type Files,
  inFolder,
  makeFolder,
  readFiles,
  runCommand,
  writeFiles,
} from '../../test/project-folder.ts'
import { TEMPLATES } from '../../test/templates.ts'
import { ownVersion } from './dependencies.ts'

const RANGE = `^${ownVersion()}`

async function manifestOf(files: Files) {
  const folder = makeFolder(files)
  const result = await runCommand(folder, '--yes', '--no-install')
  const text = readFiles(folder)['package.json'] ?? ''
  return { ...result, text, fields: JSON.parse(text) as Record<string, Record<string, string>> }
}

test('the version of the packages is that of this one', () => {
  expect(ownVersion()).toMatch(/^\d+\.\d+\.\d+/)
})

describe('the dependencies of a project', () => {
  test.each<[string, Files, string[], string[]]>([
    [
      'pages',
      TEMPLATES.vite,
      ['@opentelemetry/api', '@throughline/otel-web'],
      ['@throughline/otel-collector', 'vite'],
    ],
    [
      'a worker',
      TEMPLATES.worker,
      ['@opentelemetry/api', '@throughline/otel-edge'],
      ['@throughline/otel-collector', 'typescript', 'wrangler'],
    ],
    [
      'plain pages',
      TEMPLATES.html,
      ['@opentelemetry/api', '@throughline/otel-web'],
      ['@throughline/otel-collector'],
    ],
  ])('are in alphabetical order for %s', async (_, files, dependencies, devDependencies) => {
    const { fields } = await manifestOf(files)
    expect(Object.keys(fields.dependencies ?? {})).toEqual(dependencies)
    expect(Object.keys(fields.devDependencies ?? {})).toEqual(devDependencies)
    expect(fields.dependencies?.['@opentelemetry/api']).toBe('^1.9.0')
    expect(fields.devDependencies?.['@throughline/otel-collector']).toBe(RANGE)
  })

  test.each([
    ['dependencies', 'dependencies'],
    ['those for development', 'devDependencies'],
    ['those of peers', 'peerDependencies'],
  ])('that are among %s stay there', async (_, section) => {
    const own = {
      'package.json': `{ "${section}": { "@opentelemetry/api": "1.0.0", "@throughline/otel-web": "0.0.1" }, "devDependencies": { "vite": "8" } }`,
    }
    const { fields } = await manifestOf({
      ...TEMPLATES.vite,
      ...(section === 'devDependencies'
        ? {
            'package.json': own['package.json']
              .replace(', "devDependencies": { "vite": "8" }', '')
              .replace('"0.0.1"', '"0.0.1", "vite": "8"'),
          }
        : own),
    })
    expect(fields[section]).toMatchObject({ '@opentelemetry/api': '1.0.0', '@throughline/otel-web': '0.0.1' })
    if (section !== 'dependencies') expect(fields).not.toHaveProperty('dependencies')
  })

  test.each([
    ['a configuration of TypeScript that reads the environment', {}, true],
    [
      'a configuration of JavaScript',
      { 'vite.config.ts': undefined, 'vite.config.mjs': 'export default {}\n' },
      false,
    ],
    [
      'types that it has',
      {
        'package.json':
          '{ "devDependencies": { "@types/node": "20", "typescript": "5", "react": "19", "vite": "8" } }',
      },
      false,
    ],
    ['no compiler', { 'package.json': '{ "devDependencies": { "react": "19", "vite": "8" } }' }, false],
    [
      'a configuration that is left to the user',
      { 'vite.config.ts': 'export default makeConfig()\n' },
      false,
    ],
  ])(
    'have the types of Node with %s: %s',
    async (_, changes: Readonly<Record<string, string | undefined>>, isNeeded) => {
      const withoutTypes = {
        'package.json': TEMPLATES.react['package.json'].replace('    "@types/node": "^24.19.2",\n', ''),
      }
      const files = Object.entries({ ...TEMPLATES.react, ...withoutTypes, ...changes }).flatMap(
        ([path, text]) => (text === undefined ? [] : [[path, text]]),
      )
      const { fields } = await manifestOf(Object.fromEntries(files) as Files)
      expect(fields.devDependencies?.['@types/node'] === '^24.0.0').toBe(isNeeded)
    },
  )

  test('are printed for a package.json that cannot be edited', async () => {
    const own = '{ "dependencies": { "vite": "8" }, "dependencies": { "vite": "8" } }'
    const { status, stderr, text } = await manifestOf({ ...TEMPLATES.vite, 'package.json': own })
    expect(status).toBe(2)
    expect(stderr).toContain(`package.json: Add to dependencies:\n\n  "@throughline/otel-web": "${RANGE}"\n`)
    expect(text).toContain('{ "dependencies": { "vite": "8" }, "dependencies": { "vite": "8" }')
  })
})

describe('the tarballs of a folder', () => {
  const pack = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [`dist/throughline-${name}-0.1.0.tgz`, '']))

  test.each([
    ['otel-web', pack('otel-shared', 'otel-collector')],
    ['otel-shared', pack('otel-web', 'otel-collector')],
    ['otel-collector', pack('otel-web', 'otel-shared')],
    ['otel-web', { ...pack('otel-shared', 'otel-collector'), 'dist/throughline-otel-web-0.1.0.tar.gz': '' }],
  ])('are refused without %s, and nothing is changed', async (name, tarballs) => {
    const files = { ...inFolder('app', TEMPLATES.vite), ...tarballs }
    const folder = makeFolder(files)
    const { status, stderr } = await runCommand(folder, '--yes', '--no-install', '--dir=app', '--from=dist')
    expect([status, readFiles(folder)]).toEqual([1, files])
    expect(stderr).toMatch(new RegExp(`has no throughline-${name}-….tgz. Run \`npm run pack\` in`))
  })

  test('are named relative to the package.json', async () => {
    const folder = makeFolder(inFolder('a/b/app', TEMPLATES.vite))
    writeFiles(folder, pack('otel-web', 'otel-shared', 'otel-collector'))
    await runCommand(folder, '--yes', '--no-install', '--dir=a/b/app', '--from=dist')
    const { dependencies, devDependencies } = JSON.parse(readFiles(folder)['a/b/app/package.json'] ?? '')
    expect(dependencies['@throughline/otel-shared']).toBe(
      'file:../../../dist/throughline-otel-shared-0.1.0.tgz',
    )
    expect(devDependencies['@throughline/otel-collector']).toBe(
      'file:../../../dist/throughline-otel-collector-0.1.0.tgz',
    )
  })
})

describe('the name of a new app', () => {
  test.each([
    ['shop', 'shop'],
    ['My Shop', 'my-shop'],
    ['shop_2.0', 'shop-2-0'],
    ['--shop--', 'shop'],
    ['店', 'app'],
    ['Café', 'caf'],
    ['a"b+c', 'a-b-c'],
  ])('in the folder %j is %s', async (name, expected) => {
    const folder = makeFolder({ [`${name}/.gitkeep`]: '' })
    const { status } = await runCommand(folder, '--yes', '--no-install', `--dir=${name}`)
    const files = readFiles(folder)
    expect([status, JSON.parse(files[`${name}/package.json`] ?? '{}').name]).toEqual([0, expected])
    expect(files[`${name}/wrangler.jsonc`]).toContain(`"name": "${expected}-api"`)
    expect(files[`${name}/src/tracing.ts`]).toContain(`serviceName: '${expected}'`)
  })

  test.each([
    ['my site', 'my-site'],
    ["a'b", 'a-b'],
    ['', 'in-a-folder'],
  ])('of a gateway for --service-name=%s is %s', async (option, name) => {
    const folder = makeFolder({ 'in a folder/.gitkeep': '' })
    await runCommand(
      folder,
      '--yes',
      '--no-install',
      '--gateway',
      '--dir=in a folder',
      `--service-name=${option}`,
    )
    const files = readFiles(folder)
    expect(files['in a folder/wrangler.toml']).toContain(`name = "${name}"`)
    expect(files['in a folder/src/index.ts']).toContain(`tracing({ serviceName: '${name}' })`)
    expect(files['in a folder/src/index.ts']).toContain(`'service-name': '${name}-web'`)
  })

  test.each(['README.md', 'readme', 'LICENSE', 'LICENCE.txt', '.gitignore', '.git/HEAD'])(
    'is given to a folder with only %s, which is kept',
    async (path) => {
      const folder = makeFolder({ [path]: 'mine\n' })
      const { status, stdout } = await runCommand(folder, '--yes', '--no-install', '--force')
      expect([status, stdout.split('\n')[0]]).toEqual([
        0,
        'Found an empty folder. The new app is Vite and Hono on Workers.',
      ])
      if (!path.startsWith('.git/')) expect(readFiles(folder)[path]).toBe('mine\n')
    },
  )

  test.each(['notes.txt', 'src/a.ts', 'my-readme.md'])('is not given to a folder with %s', async (path) => {
    const { status, stderr } = await runCommand(makeFolder({ [path]: '' }), '--yes', '--no-install')
    expect([status, stderr]).toEqual([1, expect.stringContaining('Found neither pages')])
  })
})

describe('the names of pages and of their worker', () => {
  const { 'package.json': _, ...worker } = TEMPLATES.worker
  const both = (name: string, workerName: unknown): Files => ({
    ...TEMPLATES.vite,
    ...worker,
    'package.json': JSON.stringify({ name, dependencies: { vite: '8' } }),
    'wrangler.jsonc': JSON.stringify({
      name: workerName,
      main: 'src/index.ts',
      compatibility_date: '2026-11-30',
    }),
  })

  test.each<[string, Files, string[], [string, string]]>([
    ['their own', both('shop', 'api'), [], ['shop', 'api']],
    ['different, if they are equal', both('shop', 'shop'), [], ['shop', 'shop-worker']],
    ['different, if the worker has none', both('shop', undefined), [], ['shop', 'shop-worker']],
    ['without a scope', both('@acme/shop', '@acme/api'), [], ['shop', 'api']],
    [
      'their own, with an option for the pages',
      both('shop', 'api'),
      ['--service-name=site'],
      ['site', 'api'],
    ],
    [
      'different, if the option is the name of the worker',
      both('shop', 'api'),
      ['--service-name=api'],
      ['api', 'api-worker'],
    ],
  ])('are %s', async (_, ...[files, args, names]) => {
    const folder = makeFolder(files)
    expect((await runCommand(folder, '--yes', '--no-install', ...args)).status).toBe(0)
    const after = readFiles(folder)
    const found = [after['src/tracing.js'], after['src/index.ts']].map(
      (text) => /serviceName: ['"](.*?)['"]/.exec(text ?? '')?.[1],
    )
    expect(found).toEqual(names)
  })
})
