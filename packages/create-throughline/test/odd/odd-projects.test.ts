import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/edit/json.ts'
import { parseModule } from '../../src/edit/module.ts'
import { makeFolder, readFiles, runCommand } from '../project-folder.ts'
import { BOM, type OddProject } from './odd-project.ts'
import { ODD_PAGES } from './pages.ts'
import { ODD_WORKERS } from './workers.ts'

const ARGS = ['--yes', '--no-install', '--service-name=odd'] as const
const PROJECTS = Object.entries({ ...ODD_PAGES, ...ODD_WORKERS })

describe.each(PROJECTS)('%s', (_, { files, contains = {}, left }: OddProject) => {
  test('is traced, and the second run changes nothing', async () => {
    const folder = makeFolder(files)
    const first = await runCommand(folder, ...ARGS)
    const after = readFiles(folder)
    expect([first.status, first.stderr]).toEqual(
      left === undefined ? [0, ''] : [2, expect.stringContaining(`\n\n${left}: `)],
    )
    expect(after).not.toEqual(files)
    for (const [path, text] of Object.entries(contains))
      expect(after[path]?.replaceAll('\r\n', '\n')).toContain(text)
    if (left !== undefined) expect(after[left]).toBe(files[left])
    const second = await runCommand(folder, ...ARGS)
    expect([second.status, second.stderr]).toEqual([first.status, first.stderr])
    expect(readFiles(folder)).toEqual(after)
  })

  test('keeps its syntax, byte order marks and line endings', async () => {
    const folder = makeFolder(files)
    await runCommand(folder, ...ARGS)
    for (const [path, text] of Object.entries(readFiles(folder))) {
      const before = files[path]
      const body = text.replace(BOM, '')
      if (/\.[cm]?[jt]sx?$/.test(path)) expect(parseModule(path, body), path).toBeDefined()
      if (/\.jsonc?$/.test(path)) expect(parseJson(body), path).toBeDefined()
      if (before === undefined) continue
      expect(text.lastIndexOf(BOM), path).toBe(before.startsWith(BOM) ? 0 : -1)
      if (before.includes('\r\n')) expect(text, path).not.toMatch(/(?<!\r)\n/)
      else if (before.includes('\n')) expect(text, path).not.toContain('\r')
    }
  })
})
