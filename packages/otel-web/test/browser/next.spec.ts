import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, isNamed, isRequestTo, test, waitForSpan } from './fixtures.ts'
import { writeSnippets } from './snippets.ts'

const PACKAGE = join(import.meta.dirname, '../..')

test('the snippets for Next.js work in Next.js with the published package @long', async ({
  page,
  server,
  noise,
}) => {
  test.setTimeout(600_000)
  // Outside of the repository, because Next.js would use its lock file and packages.
  const root = mkdtempSync(join(tmpdir(), 'throughline-next-'))
  const folder = join(root, 'next')
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', OTEL_EXPORTER_OTLP_ENDPOINT: server.origin }
  try {
    cpSync(join(import.meta.dirname, 'next-app'), folder, { recursive: true })
    writeSnippets(root)
    execFileSync(process.execPath, [join(PACKAGE, 'build-package.ts')])
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
    cpSync(join(PACKAGE, 'dist/package'), join(folder, 'node_modules/@throughline/otel-web'), {
      recursive: true,
    })
    const next = join(folder, 'node_modules/next/dist/bin/next')
    execFileSync(process.execPath, [next, 'build'], { cwd: folder, env })
    const app = spawn(process.execPath, [next, 'start', '--port', '0'], { cwd: folder, env })
    try {
      await page.goto(await addressOf(app.stdout))
      // React keeps the properties of an element on it when it has hydrated it.
      await page.waitForFunction(() =>
        Object.keys(document.querySelector('button') ?? {}).some((key) => key.startsWith('__reactProps')),
      )
      const [answer] = await Promise.all([
        page.waitForResponse('**/api/orders'),
        page.getByRole('button', { name: 'Buy' }).click(),
      ])
      const click = await waitForSpan(server, isNamed('click Buy'))
      const action = await waitForSpan(server, isNamed('buy now'))
      const request = await waitForSpan(server, isRequestTo('/api/orders'))
      expect([action.parentSpanId, request.parentSpanId]).toEqual([click.spanId, action.spanId])
      expect(await answer.json()).toEqual({ traceparent: `00-${click.traceId}-${request.spanId}-01` })
      expect(noise).toEqual([])
    } finally {
      app.kill('SIGKILL')
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

/** The address on which Next.js listens, from its output. */
function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    output.on('data', (chunk) => {
      said += String(chunk)
      const [address] = /http:\/\/localhost:\d+/.exec(said) ?? []
      if (address !== undefined) resolve(address)
    })
    output.on('end', () => reject(new Error(`Next.js did not start: ${said}`)))
  })
}
