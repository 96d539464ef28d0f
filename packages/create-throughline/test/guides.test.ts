import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../../scripts/command.ts'
import { readGuide } from '../../../scripts/frameworks/read-guide.ts'
import { type Files, makeFolder, readFiles, runCommand } from './project-folder.ts'

const APPS = [
  'angular',
  'angular-zone',
  'astro',
  'html',
  'nextjs',
  'nuxt',
  'react-18',
  'react-19',
  'sveltekit',
  'vue',
]
const ARGS = ['--yes', '--no-install', '--service-name=shop-web'] as const

/** Lines of an app's tracing that its guide shows as a changed line, so that the line before is not in the guide. */
const LINES_BEFORE: Readonly<Record<string, readonly (readonly [traced: string, before: string])[]>> = {
  'react-19': [
    ['createRoot(root, { onCaughtError: report, onUncaughtError: report })', 'createRoot(root)'],
    ['{ type ErrorInfo, StrictMode }', '{ StrictMode }'],
  ],
}

const readApp = (name: string): Files =>
  Object.fromEntries(
    Object.entries(readFiles(join(ROOT, 'e2e/frameworks', name))).filter(
      ([path]) => !/^(?:node_modules|dist)\/|^package-lock\.json$/.test(path),
    ),
  )

/** An app without what its guide adds. The error boundaries of React 18 and Next.js are the user's own, and stay. */
function withoutTracing(name: string, app: Files): Files {
  const { snippets } = readGuide(name)
  const files: Record<string, string> = { ...app }
  for (const { path, isDiff, addedLines, text } of snippets) {
    if (path === 'src/boundary.tsx' || path === 'app/error.tsx') continue
    if (!isDiff) delete files[path]
    else {
      for (const line of addedLines) files[path] = remove(files[path] ?? '', line.slice(1), text)
      files[path] = files[path]?.replace(/\n{3,}/g, '\n\n') ?? ''
    }
    for (const [traced, before] of LINES_BEFORE[name] ?? [])
      if (files[path] !== undefined) files[path] = files[path].replace(traced, before)
  }
  return files
}

/** Removes a line, unless it is one that was there before in another form. */
function remove(file: string, line: string, snippet: string): string {
  const isChanged = snippet.includes('createRoot(root, ') && line.includes('createRoot(')
  return isChanged || line === '' ? file : file.replace(`${line}\n`, '')
}

function withoutManifest({ 'package.json': manifest, ...files }: Files): Files {
  expect(manifest).toBeDefined()
  return files
}

test.each(APPS)('the command changes the app of the guide %s as the guide does', async (name) => {
  const app = readApp(name)
  const before = withoutTracing(name, app)
  for (const { path } of readGuide(name).firstTrace.snippets) expect(before[path]).not.toBe(app[path])
  const folder = makeFolder(before)
  const { status, stderr } = await runCommand(folder, ...ARGS)
  expect([status, stderr]).toEqual([0, ''])
  const after = readFiles(folder)
  expect(normalize(withoutManifest(after))).toEqual(normalize(withoutManifest(app)))
  for (const { path, text } of readGuide(name).firstTrace.snippets) expect(after[path]).toContain(text)
})

/** The guide of SvelteKit leaves an empty line between the import and the handler, in which nothing is added. */
const normalize = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/\n{2,}/g, '\n\n')]))

test.each(APPS)('the command adds the packages that the guide %s installs', async (name) => {
  const app = readApp(name)
  const folder = makeFolder(withoutTracing(name, app))
  await runCommand(folder, ...ARGS)
  const { dependencies, devDependencies } = JSON.parse(readFiles(folder)['package.json'] ?? '') as Record<
    string,
    Record<string, string>
  >
  const [install = ''] = readGuide(name).firstTrace.commands
  const installed = [...install.matchAll(/throughline-(otel-\w+)-[\d.]+\.tgz/g)]
    .map(([, found]) => `@throughline/${found}`)
    // A dependency of the others.
    .filter((each) => each !== '@throughline/otel-shared')
  expect(installed.length).toBeGreaterThan(0)
  expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining(installed))
})

/** The code of a fence in a page. */
function readSnippet(page: string, run: string): string {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const [, code = ''] = new RegExp(`\`\`\`\\w+ run=${run}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? []
  expect(code).not.toBe('')
  return code
}

const WRANGLER = 'name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-11-01"\n'

test('the command changes a worker with Hono to that of the README', async () => {
  const traced = readSnippet('README.md', 'readme-worker')
  const before = traced
    .split('\n')
    .filter((line) => !/otel-edge|otlpRelay|tracing/.test(line))
    .join('\n')
  const manifest = '{ "dependencies": { "hono": "4.13.19" } }\n'
  const folder = makeFolder({ 'src/index.ts': before, 'wrangler.toml': WRANGLER, 'package.json': manifest })
  expect((await runCommand(folder, '--yes', '--no-install')).status).toBe(0)
  expect(readFiles(folder)['src/index.ts']).toBe(traced)
})

test('the command wraps a plain worker as the guide of the edge does', async () => {
  const traced = readSnippet('docs/deploy.md', 'plain')
  const before = traced
    .replace(/^import .*\n\n/, '')
    .replace('withRelay(\n  instrument<Env>(\n    {', '{')
    .replace(/ {4}\},\n {4}\{ serviceName: 'greeter' \},\n {2}\),\n\)/, '} satisfies ExportedHandler<Env>')
  expect(before).not.toMatch(/instrument|serviceName|withRelay\(/)
  const folder = makeFolder({
    'src/index.ts': before,
    'wrangler.toml': WRANGLER.replace('shop', 'greeter'),
    'package.json': '{}',
  })
  expect((await runCommand(folder, '--yes', '--no-install')).status).toBe(0)
  // The command leaves the indentation of the handler as it is.
  const tokens = (code: string) => code.replace(/\s+/g, '').replaceAll(',)', ')')
  expect(tokens(readFiles(folder)['src/index.ts'] ?? '')).toBe(tokens(traced))
})
