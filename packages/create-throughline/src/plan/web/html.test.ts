import { describe, expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { hasTag } from './html.ts'

const PAGE = '<!doctype html>\n<html>\n<head>\n<title>a</title>\n</head>\n</html>\n'
const TAG =
  '<script src="/throughline.js" data-service-name="site" data-endpoint="http://localhost:4318/v1/traces"></script>'
const TRACED = PAGE.replace('<head>', `<head>\n  ${TAG}`)

async function run(files: Files, ...args: string[]) {
  const folder = makeFolder(files)
  const options = ['--yes', '--no-install', '--service-name=site', ...args]
  const result = await runCommand(folder, ...options)
  const { 'package.json': _, ...after } = readFiles(folder)
  await runCommand(folder, ...options)
  const { 'package.json': __, ...second } = readFiles(folder)
  expect(second).toEqual(after)
  return { ...result, files: after }
}

describe('pages without a build', () => {
  test('are traced in the folder of the first page, and in those below it', async () => {
    const { status, files } = await run({
      'public/index.html': PAGE,
      'public/a/b.html': PAGE,
      'public/old.htm': PAGE,
      'other/index.html': PAGE,
    })
    expect([status, files]).toEqual([
      0,
      {
        'public/index.html': TRACED,
        'public/a/b.html': TRACED,
        'public/old.htm': TRACED,
        'other/index.html': PAGE,
      },
    ])
  })

  test.each(['.', 'public', 'static', 'www', 'site', 'src'])('are found in the folder %s', async (folder) => {
    const path = folder === '.' ? 'index.html' : `${folder}/index.html`
    const { status, stdout, files } = await run({ [path]: PAGE })
    expect([status, files[path]]).toEqual([0, TRACED])
    expect(stdout).toContain(`cp node_modules/@throughline/otel-web/throughline*.js ${folder}/\n`)
  })

  test('are not those of packages and of tools', async () => {
    const { files } = await run({
      'index.html': PAGE,
      'node_modules/a/index.html': PAGE,
      '.cache/index.html': PAGE,
    })
    expect([files['node_modules/a/index.html'], files['.cache/index.html']]).toEqual([PAGE, PAGE])
  })

  test('keep a tag that they have, while the others get one', async () => {
    const own = PAGE.replace('<title>', '<script src="//edge.example/throughline.js" async></script><title>')
    const { files } = await run({ 'index.html': own, 'b.html': PAGE })
    expect(files).toEqual({ 'index.html': own, 'b.html': TRACED })
  })

  test('get a package.json, which no app needs', async () => {
    const folder = makeFolder({ 'index.html': PAGE })
    await runCommand(folder, '--yes', '--no-install')
    const manifest = JSON.parse(readFiles(folder)['package.json'] ?? '') as Record<string, unknown>
    expect(Object.keys(manifest)).toEqual(['private', 'dependencies', 'devDependencies'])
  })

  test('have a note for what is to be done before they are deployed', async () => {
    const { stdout } = await run({ 'index.html': PAGE })
    expect(stdout).toContain('Before you deploy, remove data-endpoint and serve /v1/traces')
  })

  test.each([
    ['in capitals', '<META HTTP-EQUIV="CONTENT-SECURITY-POLICY" CONTENT="a">', true],
    ['that is only reported', '<meta http-equiv="Content-Security-Policy-Report-Only" content="a">', false],
    ['in a comment', '<!-- <meta http-equiv="Content-Security-Policy" content="a"> -->', false],
  ])('have a note for a policy %s: %s', async (_, ...[meta, isNamed]) => {
    const { stdout } = await run({ 'index.html': PAGE.replace('<title>', `${meta}<title>`) })
    expect(stdout.includes('index.html has a content security policy')).toBe(isNamed)
  })

  test('have a tag with the service name, without characters of HTML', async () => {
    const folder = makeFolder({ 'index.html': PAGE })
    await runCommand(folder, '--yes', '--no-install', '--service-name=a"><b>&c\'d')
    expect(readFiles(folder)['index.html']).toContain(` data-service-name="abc'd" `)
  })
})

test.each([
  ['<script src="/throughline.js"></script>', true],
  ['<script src="throughline.js"></script>', true],
  ['<SCRIPT SRC=https://a.example/b/throughline.js></SCRIPT>', true],
  ['<script src="/my-throughline.js"></script>', false],
  ['<script src="/throughline.js.map"></script>', false],
  ['<script src="/throughline-sdk.js"></script>', false],
  ['<script>"/throughline.js"</script>', false],
  ['<link rel="preload" href="/throughline.js">', false],
  ['<!-- <script src="/throughline.js"></script> -->', false],
  ['', false],
])('that %s has the tag is %s', (text, isPresent) => {
  expect(hasTag(text)).toBe(isPresent)
})
