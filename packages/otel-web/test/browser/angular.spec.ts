import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundledScript } from './bundled-script.ts'
import { attribute, exceptionsOf, expect, isNamed, test, waitForSpan } from './fixtures.ts'
import { writeSnippets } from './snippets.ts'

test('with the snippet for Angular, an error of an async handler is recorded on its click @long', async ({
  page,
  serve,
  server,
}) => {
  test.setTimeout(300_000)
  // Outside of the repository, so that npm does not treat Angular's packages as workspaces.
  const root = mkdtempSync(join(tmpdir(), 'throughline-angular-'))
  const folder = join(root, 'angular')
  try {
    writeSnippets(root)
    cpSync(join(import.meta.dirname, 'angular-app'), folder, { recursive: true })
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
    writeFileSync(join(folder, 'src/index.ts'), "import '@angular/compiler'\nimport './main.ts'")
    const script = await bundledScript({
      entryPoints: [join(folder, 'src/index.ts')],
      format: 'esm',
      alias: { '@throughline/otel-web': join(import.meta.dirname, '../../src/index.ts') },
      nodePaths: [join(import.meta.dirname, '../../../../node_modules')],
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
    })
    await page.goto(serve('/', `<app-root></app-root>${script}`, { script: ' ' }))
    await page.route('**/api/orders', (route) => route.fulfill({ status: 503 }))
    await page.click('button')
    const click = await waitForSpan(server, isNamed('click Buy'))
    const [event] = exceptionsOf(click)
    expect(event && attribute(event, 'exception.message')).toBe('status 503')
    expect(server.spans().filter(isNamed('error'))).toEqual([])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
