import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { thirdPartyNotices } from './third-party-notices.ts'

/** A folder with packages, each with the files that are given. */
function makePackages(packages: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-notices-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, files] of Object.entries(packages)) {
    const home = join(folder, 'node_modules', name)
    mkdirSync(home, { recursive: true })
    const license = 'MIT'
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name: name.split('node_modules/').at(-1), version: '1.0.0', license }),
    )
    for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text)
  }
  return folder
}

const metafile = (inputs: Readonly<Record<string, number>>) => ({
  outputs: {
    'out.js': {
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
      ),
    },
  },
})

test('every package with code in a bundle is named once, with all of its licence files', () => {
  const folder = makePackages({
    plain: { LICENSE: 'text of plain', 'README.md': 'not this' },
    '@scope/name': { 'LICENCE.md': 'text of scoped', NOTICE: 'notice of scoped' },
    'plain/node_modules/inner': { 'license-mit.txt': 'text of inner' },
    shaken: { LICENSE: 'text of shaken' },
  })
  const first = metafile({
    'src/own.ts': 10,
    'node_modules/plain/index.js': 5,
    'node_modules/plain/lib/more.js': 5,
    'node_modules/@scope/name/esm/index.js': 5,
    'node_modules/shaken/index.js': 0,
  })
  const second = metafile({
    'node_modules/plain/node_modules/inner/index.js': 1,
    'node_modules/plain/index.js': 1,
  })
  const notices = thirdPartyNotices([first, second], folder)
  expect(notices.match(/^\S+ 1\.0\.0 \(MIT\)$/gm)).toEqual([
    '@scope/name 1.0.0 (MIT)',
    'inner 1.0.0 (MIT)',
    'plain 1.0.0 (MIT)',
  ])
  for (const text of ['text of plain', 'text of scoped', 'notice of scoped', 'text of inner']) {
    expect(notices).toContain(text)
  }
  expect(notices).not.toMatch(/not this|shaken/)
})

test('a package without a licence text fails the build by its name', () => {
  const folder = makePackages({ nameless: {} })
  expect(() => thirdPartyNotices([metafile({ 'node_modules/nameless/index.js': 1 })], folder)).toThrow(
    'nameless 1.0.0 (MIT) has no licence file',
  )
})
