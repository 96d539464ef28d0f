import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeFolder, readFiles, runCommand } from '../../test/project-folder.ts'
import { TEMPLATES } from '../../test/templates.ts'
import { formatDiff, formatManual } from './format.ts'
import { copyCommand, copyScripts } from './install.ts'
import { HELP, parseOptions } from './options.ts'

describe('the options', () => {
  const NONE = {
    ...{ isConfirmed: false, isDryRun: false, installs: true, isForced: false, isGateway: false },
    ...{ serviceName: undefined, folder: undefined, tarballs: undefined, prints: undefined },
  }

  test.each([
    [[], {}],
    [['--yes'], { isConfirmed: true }],
    [['-y'], { isConfirmed: true }],
    [['--dry-run'], { isDryRun: true }],
    [['--no-install'], { installs: false }],
    [['--force'], { isForced: true }],
    [['--gateway'], { isGateway: true }],
    [['--service-name=shop'], { serviceName: 'shop' }],
    [['--service-name', 'my shop'], { serviceName: 'my shop' }],
    [['--service-name='], {}],
    [['--dir=apps/web'], { folder: 'apps/web' }],
    [['--dir='], {}],
    [['--from', '../dist'], { tarballs: '../dist' }],
    [['--from='], {}],
    [['--help'], { prints: 'help' }],
    [['-h', '--version'], { prints: 'help' }],
    [['--version'], { prints: 'version' }],
    [['--dir=a', '--dir=b'], { folder: 'b' }],
    [['-y', '--force', '--dry-run'], { isConfirmed: true, isForced: true, isDryRun: true }],
  ])('of %j are %j beside the defaults', (args, changed) => {
    expect(parseOptions(args)).toEqual({ ...NONE, ...changed })
  })

  test.each([
    [['--unknown'], "Unknown option '--unknown'"],
    [['-x'], "Unknown option '-x'"],
    [['shop'], "Unexpected argument 'shop'"],
    [['--dir'], "Option '--dir <value>' argument missing"],
    [['--yes=no'], "Option '-y, --yes' does not take an argument"],
    [['--no-yes'], "Unknown option '--no-yes'"],
    [['--install'], "Unknown option '--install'"],
  ])('of %j are refused', async (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
    const { status, stdout, stderr } = await runCommand(makeFolder({}), ...args)
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/\nNothing was changed\.$/)])
  })

  test('are all in the help, each with a text', () => {
    const names = [
      'yes',
      'dry-run',
      'no-install',
      'force',
      'dir',
      'gateway',
      'service-name',
      'from',
      'help',
      'version',
    ]
    for (const name of names)
      expect(HELP).toMatch(new RegExp(`^ {2}(?:-\\w,| {3}) --${name}(?:=[A-Z]+)? {2,}\\S`, 'm'))
    expect(HELP.match(/ --[a-z-]+/g)).toHaveLength(names.length)
  })
})

describe('a diff', () => {
  const isTty = process.stdout.isTTY
  afterEach(() => {
    process.stdout.isTTY = isTty
  })

  test('is in the form of Git, without colours in a file', () => {
    process.stdout.isTTY = false
    const changes = [
      { path: 'a.txt', before: '1\n2\n3\n', after: '1\n2b\n3\n' },
      { path: 'b/c.txt', before: undefined, after: 'x\n' },
    ]
    expect(formatDiff(changes)).toBe(
      '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n 1\n-2\n+2b\n 3\n--- /dev/null\n+++ b/b/c.txt\n@@ -0,0 +1,1 @@\n+x\n',
    )
  })

  test('names a file without a last line break', () => {
    process.stdout.isTTY = false
    expect(formatDiff([{ path: 'a', before: '1', after: '1\n' }])).toContain('\\ No newline at end of file')
  })

  test('is empty without changes', () => {
    expect(formatDiff([])).toBe('')
  })

  test('has the colours of added, removed and other lines on a terminal', () => {
    vi.stubEnv('NO_COLOR', undefined)
    vi.stubEnv('NODE_DISABLE_COLORS', undefined)
    vi.stubEnv('FORCE_COLOR', '1')
    process.stdout.isTTY = true
    const lines = formatDiff([{ path: 'a', before: '1\n2\n', after: '1\n3\n' }])
      .replaceAll(String.fromCharCode(27), '')
      .split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^\[1m--- a\/a/),
      expect.stringMatching(/^\[1m\+\+\+ b\/a/),
      expect.stringMatching(/^\[36m@@ /),
      ' 1',
      '[31m-2[39m',
      '[32m+3[39m',
      '',
    ])
  })
})

test('the lines that the user adds by hand are indented below their file and task', () => {
  const edits = [
    { path: 'a.ts', task: 'Add this', code: 'a()\n\n  b()' },
    { path: 'b.ts', task: 'And this', code: 'c()' },
  ]
  expect(formatManual(edits)).toBe('a.ts: Add this:\n\n  a()\n\n    b()\n\nb.ts: And this:\n\n  c()\n')
})

describe('the scripts of the script tag', () => {
  const SCRIPTS = {
    'throughline.js': 'loader',
    'throughline-sdk.js': 'sdk',
    'throughline.js.map': '',
    'index.js': '',
    'other-throughline.js': '',
  }
  const inPackage = (root: string) =>
    Object.fromEntries(
      Object.entries(SCRIPTS).map(([name, text]) => [
        `${root}node_modules/@throughline/otel-web/${name}`,
        text,
      ]),
    )

  test.each([
    ['the project', 'a/'],
    ['the workspace around it', ''],
  ])('are copied from the packages of %s', (_, root) => {
    const folder = makeFolder({ 'a/public/index.html': '', ...inPackage(root) })
    expect(copyScripts(join(folder, 'a'), 'public')).toBe(true)
    const files = readFiles(join(folder, 'a/public'))
    expect(files).toEqual({ 'index.html': '', 'throughline.js': 'loader', 'throughline-sdk.js': 'sdk' })
  })

  test('are not copied where the package is not found, and the command for it is printed', () => {
    const folder = makeFolder({ 'index.html': '' })
    expect(copyScripts(folder, '.')).toBe(false)
    expect(readFiles(folder)).toEqual({ 'index.html': '' })
    expect(copyCommand('public')).toBe('cp node_modules/@throughline/otel-web/throughline*.js public/')
  })
})

describe('the steps that are printed', () => {
  test('are in the order in which they are made', async () => {
    const folder = makeFolder({
      'my site/public/index.html': '<!doctype html><title>a</title>',
      'my site/yarn.lock': '',
    })
    const { stdout } = await runCommand(folder, '--yes', '--no-install', '--dir=my site')
    expect(stdout).toContain(
      "Then:\n\n  cd 'my site'\n  yarn install\n  cp node_modules/@throughline/otel-web/throughline*.js public/\n  npx throughline-collector\n",
    )
  })

  test('are without the folder if the command runs in it, and without scripts if a module is bundled', async () => {
    const { stdout } = await runCommand(makeFolder(TEMPLATES.vite), '--yes', '--no-install')
    expect(stdout).toMatch(/Then:\n\n {2}\w+ install\n {2}npx throughline-collector\n/)
    expect(stdout).toContain('http://localhost:16686')
  })

  test('end with each note once', async () => {
    const { stdout } = await runCommand(makeFolder(TEMPLATES.nextjs), '--yes', '--no-install')
    const notes = stdout.split('\n').filter((line) => line.startsWith('- '))
    expect(notes).toEqual([
      '- To record errors that React catches, see "Errors of rendering" in docs/frameworks/nextjs.md.',
    ])
  })
})

test('a package manager that is not installed is named', async () => {
  vi.stubEnv('PATH', makeFolder({}))
  const folder = makeFolder({ ...TEMPLATES.hono, 'pnpm-lock.yaml': '' })
  const { status, stderr } = await runCommand(folder, '--yes')
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^\n`pnpm` could not be started: .*ENOENT\. .* run `pnpm install` again\.$/),
  ])
})

describe('the program', () => {
  const run = (folder: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../bin.ts'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      input: '',
    })

  test('prints the version of its package', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string
    }
    const { status, stdout } = run(makeFolder({}), '--version')
    expect([status, stdout]).toEqual([0, `${version}\n`])
  })

  test('changes the folder that it runs in', () => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status } = run(folder, '--yes', '--no-install')
    expect([status, readFiles(folder)['src/main.js']]).toEqual([
      0,
      expect.stringContaining("import './tracing.js'"),
    ])
  })

  test('prints a refusal as an error, and exits with code 1', () => {
    const { status, stdout, stderr } = run(makeFolder({ 'a.txt': '' }), '--yes')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Found neither pages .*\nNothing was changed\.\n$/s)
  })

  test('asks on no terminal, and says so', () => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status, stderr } = run(folder, '--no-install')
    expect([status, stderr]).toEqual([1, expect.stringContaining('Run this with --yes.')])
    expect(readFiles(folder)).toEqual(TEMPLATES.vite)
  })
})

describe('the question on a terminal', () => {
  // A terminal is a stream with this flag and this method.
  const terminal = 'process.stdin.isTTY = true; process.stdin.setRawMode = () => process.stdin'
  const answer = (folder: string, keys: string, ...args: string[]) => {
    const program = join(import.meta.dirname, '../bin.ts')
    const preload = `--import=data:text/javascript,${encodeURIComponent(terminal)}`
    return spawnSync(process.execPath, [preload, program, '--no-install', ...args], {
      ...{ cwd: folder, encoding: 'utf8', input: keys, env: { ...process.env, NO_COLOR: '1' } },
    })
  }

  test.each([
    ['yes, by a letter', 'y'],
    ['yes, by Enter', '\r'],
  ])('that is answered with %s changes the files', (_, keys) => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status, stdout } = answer(folder, keys)
    expect([status, stdout]).toEqual([0, expect.stringContaining('Change these files?')])
    expect(readFiles(folder)['src/tracing.js']).toContain('startTracing')
  })

  test.each([
    ['no, by a letter', 'n'],
    ['no, by an arrow and Enter', '\u001b[C\r'],
    ['Ctrl-C', '\u0003'],
  ])('that is answered with %s changes nothing', (_, keys) => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status, stdout } = answer(folder, keys)
    expect([status, stdout]).toEqual([1, expect.stringMatching(/Nothing was changed\.\n$/)])
    expect(readFiles(folder)).toEqual(TEMPLATES.vite)
  })

  test.each([
    ['in a dry run', ['--dry-run']],
    ['with --yes', ['--yes']],
  ])('is not asked %s', (_, args) => {
    const { status, stdout } = answer(makeFolder(TEMPLATES.vite), '', ...args)
    expect([status, stdout]).toEqual([0, expect.not.stringContaining('Change these files?')])
  })
})
