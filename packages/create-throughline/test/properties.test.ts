import { describe, expect, test } from 'vitest'
import { findElements } from '../src/edit/html.ts'
import { parseJson } from '../src/edit/json.ts'
import { parseModule } from '../src/edit/module.ts'
import { parseToml } from '../src/edit/toml.ts'
import { type Files, makeFolder, readFiles, runCommand, writeFiles } from './project-folder.ts'
import { TEMPLATES } from './templates.ts'

const ARGS = ['--yes', '--no-install'] as const
const MARK = '\uFEFF'

/** Changes the texts of some files. */
const mapFiles = (files: Files, change: (text: string, path: string) => string): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text, path)]))

const isCode = (path: string) => /\.[cm]?[jt]sx?$/.test(path)

/** Ways in which editors, formatters and people write the same files. */
const STYLES: Readonly<Record<string, (files: Files) => Files>> = {
  'as it is': (files) => files,
  'with CRLF': (files) => mapFiles(files, (text) => text.replaceAll('\n', '\r\n')),
  'with tabs': (files) =>
    mapFiles(files, (text) => text.replace(/^(?: {2})+/gm, ({ length }) => '\t'.repeat(length / 2))),
  'with four spaces': (files) =>
    mapFiles(files, (text) => text.replace(/^(?: {2})+/gm, ({ length }) => ' '.repeat(length * 2))),
  'with byte order marks': (files) => mapFiles(files, (text) => MARK + text),
  'without last line breaks': (files) => mapFiles(files, (text) => text.trimEnd()),
  'with empty lines at the ends': (files) => mapFiles(files, (text) => `${text}\n\n`),
  'with semicolons and double quotes': (files) =>
    mapFiles(files, (text, path) =>
      isCode(path)
        ? text.replaceAll("'", '"').replace(/(?<=^import .*["'])$|(?<=^export default \w+)$/gm, ';')
        : text,
    ),
  'without semicolons': (files) =>
    mapFiles(files, (text, path) => (isCode(path) ? text.replace(/;$/gm, '') : text)),
  'below a comment': (files) =>
    mapFiles(files, (text, path) => (isCode(path) ? `/* Copyright */\n// a\n\n${text}` : text)),
  'with comments behind its lines': (files) =>
    mapFiles(files, (text, path) => (isCode(path) ? text.replace(/(?<=[;)}'"])$/gm, ' // a, b') : text)),
}

const CASES = Object.entries(TEMPLATES).flatMap(([name, files]) =>
  Object.entries(STYLES).map(([style, change]) => [name, style, change(files)] as const),
)

/** The problems of the syntax of a file. */
function findProblem(path: string, text: string): string | undefined {
  const body = text.replace(MARK, '')
  if (isCode(path) && !parseModule(path, body)) return `${path} has a syntax error`
  if (/\.jsonc?$/.test(path) && !parseJson(body)) return `${path} is no JSON`
  if (path.endsWith('.toml') && !parseToml(body)) return `${path} is no TOML`
  if (path.endsWith('.html') && findElements(body).length === 0) return `${path} has no elements`
  return undefined
}

describe.each(CASES)('a new project of %s, %s,', (_, __, files) => {
  test('is changed to files that parse, and that keep their marks and line endings', async () => {
    for (const [path, text] of Object.entries(files)) expect(findProblem(path, text)).toBeUndefined()
    const folder = makeFolder(files)
    const { status, stderr } = await runCommand(folder, ...ARGS)
    expect([status, stderr]).toEqual([0, ''])
    for (const [path, text] of Object.entries(readFiles(folder))) {
      expect(findProblem(path, text), text).toBeUndefined()
      const before = files[path]
      if (before === undefined) continue
      expect(text.lastIndexOf(MARK), path).toBe(before.startsWith(MARK) ? 0 : -1)
      expect(/(?<!\r)\n/.test(text), path).toBe(
        /(?<!\r)\n/.test(before) || (!before.includes('\n') && text !== before),
      )
    }
  })

  test('is changed by the first run only', async () => {
    const folder = makeFolder(files)
    await runCommand(folder, ...ARGS)
    const once = readFiles(folder)
    const second = await runCommand(folder, ...ARGS)
    expect([second.status, second.stdout]).toEqual([0, expect.stringMatching(/Nothing was changed\.$/)])
    expect(readFiles(folder)).toEqual(once)
  })

  test('keeps each of its words', async () => {
    const folder = makeFolder(files)
    await runCommand(folder, ...ARGS)
    const after = readFiles(folder)
    for (const [path, text] of Object.entries(files)) {
      const left = wordsOf(after[path] ?? '')
      for (const word of wordsOf(text)) {
        const index = left.indexOf(word)
        expect(index, `${word} in ${path}`).toBeGreaterThanOrEqual(0)
        left.splice(index, 1)
      }
    }
  })
})

/** The words of a text, without those of a type that becomes the type of `instrument`. */
function wordsOf(text: string): string[] {
  return text.match(/(?!satisfies|ExportedHandler)\b\w+/g) ?? []
}

describe.each(Object.entries(TEMPLATES))('a project of %s', (_, files: Files) => {
  test('gets the rest after each of its changes was undone', async () => {
    const folder = makeFolder(files)
    await runCommand(folder, ...ARGS)
    const whole = readFiles(folder)
    // Errors that Angular catches are reported by the change that adds tracing to the entry.
    const isChanged = (path: string) => files[path] !== undefined && path !== 'src/app/app.config.ts'
    for (const path of Object.keys(whole).filter(isChanged)) {
      writeFiles(folder, { [path]: files[path] ?? '' })
      expect((await runCommand(folder, ...ARGS)).status, path).toBe(0)
      expect(readFiles(folder)[path], path).toBe(whole[path])
    }
  })

  test('has the same changes in a dry run, in which they are only printed', async () => {
    const folder = makeFolder(files)
    const dry = await runCommand(folder, '--dry-run')
    const wet = await runCommand(folder, ...ARGS)
    const diffOf = ({ stdout }: { readonly stdout: string }) => stdout.slice(0, stdout.lastIndexOf('\n@@'))
    expect(diffOf(dry).length).toBeGreaterThan(100)
    expect(wet.stdout).toContain(diffOf(dry))
  })
})

/** Code that ends in ways that continue a statement which is inserted before or after it. */
const CONTINUATIONS = [
  '(async () => {})()',
  ';(async () => {})()',
  '[1, 2].map(a)',
  ';[1, 2].map(a)',
  '`a`.trim()',
  '+a',
  '-a',
  '/a/.test(b)',
  '// a\n(b)()',
  '/* a */ (b)()',
  'a()',
]

describe.each(CONTINUATIONS)('before %j, statements are not continued', (code) => {
  /** The number of statements in the files that have code, before and after. */
  async function countStatements(files: Files, path: string) {
    const folder = makeFolder(files)
    expect((await runCommand(folder, ...ARGS)).status).toBe(0)
    const texts = [files[path] ?? '', readFiles(folder)[path] ?? '']
    return texts.map((text) => {
      const statements = parseModule(path, text)?.statements ?? []
      const own = statements.filter(({ type }) => type !== 'EmptyStatement' && type !== 'ImportDeclaration')
      return own.map(({ start, end }) => text.slice(start ?? 0, end ?? 0))
    })
  }

  test.each([
    ['a semicolon', ';'],
    ['none', ''],
  ])('in the entry of Vite, below an import with %s', async (_, semicolon) => {
    const main = `import b from 'b'${semicolon}\n${code}\n`
    const [before = [], after = []] = await countStatements(
      { ...TEMPLATES.vite, 'src/main.js': main },
      'src/main.js',
    )
    expect(after).toEqual(before)
  })

  test('in the entry of Vite without an import', async () => {
    const [before = [], after = []] = await countStatements(
      { ...TEMPLATES.vite, 'src/main.js': `${code}\n` },
      'src/main.js',
    )
    expect(after).toEqual(before)
  })

  test('in the entry of React, in which the root is created', async () => {
    const main = `import { createRoot } from 'react-dom/client'\nimport a from 'a';\n${code}\nconst root = createRoot(b);\n${code}\n`
    const files = { ...TEMPLATES.react, 'src/main.tsx': main }
    const [before = [], after = []] = await countStatements(files, 'src/main.tsx')
    expect(after).toHaveLength(before.length + 1)
    expect(after.at(-1)).toBe(before.at(-1))
  })

  test('in the entry of Vue', async () => {
    const main = `import { createApp } from 'vue'\nconst app = createApp(App);\n${code}\nrouter.isReady().then(() => app.mount('#app'))\n`
    const [before = [], after = []] = await countStatements(
      { ...TEMPLATES.vue, 'src/main.js': main },
      'src/main.js',
    )
    expect(after).toHaveLength(before.length + 1)
    for (const each of before)
      expect(after.map((one) => one.replace(/;$/, ''))).toContain(each.replace(/;$/, ''))
  })

  test('in the hooks of SvelteKit', async () => {
    const hooks = `import b from 'b'\nimport c from 'c';\n${code}\n`
    const [before = [], after = []] = await countStatements(
      { ...TEMPLATES.sveltekit, 'src/hooks.client.ts': hooks },
      'src/hooks.client.ts',
    )
    expect(after).toHaveLength(before.length + 2)
  })

  test('in the client instrumentation of Next.js', async () => {
    const path = 'instrumentation-client.ts'
    for (const text of [`${code}\n`, `import b from 'b'\nimport c from 'c';\n${code}\n`]) {
      const [before = [], after = []] = await countStatements({ ...TEMPLATES.nextjs, [path]: text }, path)
      expect(after).toHaveLength(before.length + 1)
    }
  })

  test.each([
    ['on the next line', '\n'],
    ['on the same line', ' '],
  ])('in a worker with Hono, %s', async (_, gap) => {
    const main = `import { Hono } from 'hono'\nconst app = new Hono();${gap}${code}\nexport default app\n`
    const [before = [], after = []] = await countStatements(
      { ...TEMPLATES.hono, 'src/index.ts': main },
      'src/index.ts',
    )
    expect(after).toHaveLength(before.length + 2)
  })
})
