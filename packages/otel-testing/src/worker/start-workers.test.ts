import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { COMPATIBILITY_DATE, startWorkers } from './start-workers.ts'

/** Makes a folder with files, which is removed after the test. */
function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-workers-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  return folder
}

const MAIN =
  "export default { fetch: (request, env) => Response.json({ ...env, url: request.url, name: 'NAME' }) }\n"

test('workers run by their configurations, and the first one has an address', async () => {
  const root = makeFolder({
    'a.js': MAIN.replace("'NAME'", "'a'"),
    'b.js': MAIN.replace("'NAME'", "'b'"),
    'b.json': JSON.stringify({
      name: 'b',
      main: 'b.js',
      compatibility_date: COMPATIBILITY_DATE,
      vars: { X: '1' },
    }),
  })
  const workers = await startWorkers({
    root,
    workers: [
      { config: { name: 'a', main: join(root, 'a.js'), vars: { Y: '2' } } },
      { configPath: 'b.json' },
    ],
  })
  try {
    const first = (await (await fetch(new URL('/x', workers.url))).json()) as Record<string, string>
    expect(first).toMatchObject({ name: 'a', Y: '2' })
    const second = (await (await workers.getWorker('b').fetch('http://b.example/y')).json()) as Record<
      string,
      string
    >
    expect(second).toMatchObject({ name: 'b', X: '1' })
  } finally {
    await workers.stop()
  }
  await expect(fetch(workers.url)).rejects.toThrow()
})

test('a worker that cannot be built is an error', async () => {
  const root = makeFolder({ 'a.js': 'export default {' })
  await expect(
    startWorkers({ root, workers: [{ config: { name: 'a', main: join(root, 'a.js') } }] }),
  ).rejects.toThrow()
})
