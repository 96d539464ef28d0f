import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../command.ts'
import { guideOf, readGuide, readRuntimeGuide, runtimeTemplates } from './read-guide.ts'

const TEMPLATES = join(ROOT, 'e2e/frameworks')
const RUNTIME_TEMPLATES = join(ROOT, 'e2e/runtimes')
const foldersOf = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
const NAMES = foldersOf(TEMPLATES)
const RUNTIME_NAMES = foldersOf(RUNTIME_TEMPLATES)

test('each template has a guide and a spec, and each guide has a template', () => {
  const endings = (folder: string, ending: string) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(ending) && file !== 'README.md')
      .map((file) => file.slice(0, -ending.length))
      .sort()
  expect(endings('docs/frameworks', '.md')).toEqual([...new Set(NAMES.map(guideOf))])
  expect(endings('e2e/frameworks', '.spec.ts')).toEqual(NAMES)
})

test('each template of a runtime has a section in docs/runtimes.md and a test', () => {
  expect(runtimeTemplates().sort()).toEqual(RUNTIME_NAMES)
  const tests = readdirSync(RUNTIME_TEMPLATES)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(RUNTIME_TEMPLATES, file), 'utf8'))
    .join()
  for (const name of RUNTIME_NAMES) expect(tests).toContain(`'${name}'`)
})

describe.each([
  ...NAMES.map((name) => [name, TEMPLATES, readGuide(name)] as const),
  ...RUNTIME_NAMES.map((name) => [name, RUNTIME_TEMPLATES, readRuntimeGuide(name)] as const),
])('the guide %s', (name, templates, { snippets, firstTrace }) => {
  test.each(snippets.map((snippet) => [snippet.path, snippet] as const))(
    'the guide shows the file %s unchanged',
    (path, { text, isDiff }) => {
      const file = readFileSync(join(templates, name, path), 'utf8')
      if (isDiff) expect(file).toContain(text)
      else expect(text).toBe(file)
    },
  )

  test('the first trace needs at most five lines and three commands', () => {
    const lines = firstTrace.snippets.flatMap(({ addedLines }) => addedLines)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(5)
    expect(firstTrace.commands.length).toBeGreaterThan(0)
    expect(firstTrace.commands.length, firstTrace.commands.join('\n')).toBeLessThanOrEqual(3)
  })
})
