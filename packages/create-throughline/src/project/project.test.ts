import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { inFolder, makeFolder, readFiles } from '../../test/project-folder.ts'
import { hasUncommittedChanges } from './git.ts'
import { openProject } from './project.ts'
import { Refusal } from './refusal.ts'
import { resolveImport } from './resolve-import.ts'
import { encodeTextFile, readTextFile } from './text-file.ts'
import { checkWritable, writeChanges } from './write-changes.ts'

const MARK = '\uFEFF'

describe('a project', () => {
  test('has its files, and no folders', () => {
    const project = openProject(makeFolder({ 'a/b.txt': 'c' }))
    expect(['a/b.txt', 'a', 'a/c.txt', '', '.'].map(project.has)).toEqual([true, false, false, false, false])
    expect([project.read('a/b.txt'), project.read('a'), project.read('x')]).toEqual([
      'c',
      undefined,
      undefined,
    ])
  })

  test('reads what is planned, and writes nothing', () => {
    const folder = makeFolder({ a: '1' })
    const project = openProject(folder)
    project.write('a', '2')
    project.write('b/c', '3')
    expect([project.read('a'), project.read('b/c'), project.has('b/c')]).toEqual(['2', '3', true])
    expect(project.find('x', 'b/c', 'a')).toBe('b/c')
    expect(readFiles(folder)).toEqual({ a: '1' })
  })

  test('has a change for each file whose text differs', () => {
    const project = openProject(makeFolder({ a: '1', b: '1', c: '1' }))
    project.write('c', '2')
    project.write('a', '2')
    project.write('a', '1')
    project.write('d', '')
    expect(project.changes()).toEqual([
      { path: 'c', before: '1', after: '2' },
      { path: 'd', before: undefined, after: '' },
    ])
  })

  test('reads a file without its byte order mark', () => {
    const project = openProject(makeFolder({ a: `${MARK}1` }))
    expect(project.read('a')).toBe('1')
    project.write('a', '1')
    expect(project.changes()).toEqual([])
  })

  test('lists its files by their ending, without those of tools and of links', () => {
    const outside = makeFolder({ 'out.html': '' })
    const names = [
      'a.html',
      'b/c.html',
      'b/d.txt',
      'node_modules/e.html',
      'b/node_modules/f.html',
      '.g/h.html',
    ]
    const folder = makeFolder(Object.fromEntries(names.map((name) => [name, ''])))
    symlinkSync(outside, join(folder, 'link'))
    const project = openProject(folder)
    expect(project.list('.html').sort()).toEqual(['a.html', 'b/c.html'])
    expect(project.list('.html', 'b')).toEqual(['b/c.html'])
    expect(project.list('').sort()).toEqual(['a.html', 'b/c.html', 'b/d.txt'])
    expect(project.list('.vue')).toEqual([])
  })

  test('refuses a file that is not UTF-8, and names it', () => {
    const folder = makeFolder({})
    writeFileSync(join(folder, 'a.txt'), Buffer.from([0x5a, 0xeb]))
    const read = () => openProject(folder).read('a.txt')
    expect(read).toThrow(Refusal)
    expect(read).toThrow('a.txt is not UTF-8. Convert it and run this again.')
  })
})

describe('a file of text', () => {
  test.each([
    ['a byte order mark', `${MARK}a`, 'a', true],
    ['none', 'a', 'a', false],
    ['two, of which one is text', `${MARK}${MARK}a`, `${MARK}a`, true],
    ['one that is no first character', `a${MARK}`, `a${MARK}`, false],
    ['only one', MARK, '', true],
    ['nothing', '', '', false],
    ['characters of several bytes', 'é漢😀', 'é漢😀', false],
  ])('with %s is read and encoded as it is', (_, ...[before, text, hasByteOrderMark]) => {
    const folder = makeFolder({ a: before })
    const file = readTextFile(join(folder, 'a'), 'a')
    expect(file).toEqual({ text, hasByteOrderMark })
    expect(encodeTextFile(file)).toBe(before)
  })

  test.each([
    ['Latin-1', [0x5a, 0xeb]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
    ['a character that is cut off', [0xe6, 0xbc]],
  ])('in %s is refused', (_, bytes) => {
    const folder = makeFolder({})
    writeFileSync(join(folder, 'a'), Buffer.from(bytes))
    expect(() => readTextFile(join(folder, 'a'), 'src/a')).toThrow('src/a is not UTF-8')
  })

  test('that does not exist is an error of the system', () => {
    expect(() => readTextFile(join(makeFolder({}), 'a'), 'a')).toThrow('ENOENT')
  })
})

describe('an import', () => {
  test.each<[string, string, string | undefined]>([
    ['a path with its ending', './a.ts', 'src/a.ts'],
    ['a path without an ending', './a', 'src/a.ts'],
    ['a path with the ending of the compiled file', './a.js', 'src/a.ts'],
    ['a component with the ending of the compiled file', './c.jsx', 'src/c.tsx'],
    ['a file of JavaScript before one of TypeScript with its name', './both.js', 'src/both.js'],
    ['a folder', './lib', 'src/lib/index.ts'],
    ['the folder itself', '.', 'src/index.js'],
    ['a path upwards', '../root', 'root.mjs'],
    ['a path with detours', './lib/../a', 'src/a.ts'],
    ['the alias of Vue', '@/a', 'src/a.ts'],
    ['the alias of Nuxt', '~/a', 'src/a.ts'],
    ['the alias of SvelteKit', '$lib/b', 'src/lib/b.ts'],
    ['a file of another kind', './d.vue', 'src/d.vue'],
    ['a package', 'vue', undefined],
    ['a package with a scope', '@acme/a', undefined],
    ['a file that does not exist', './none', undefined],
    ['a module of Node', 'node:fs', undefined],
    ['an address', 'https://a.example/a.ts', undefined],
  ])('of %s, %s, is resolved to %s', (_, specifier, path) => {
    const names = [
      'src/a.ts',
      'src/c.tsx',
      'src/both.js',
      'src/both.ts',
      'src/lib/index.ts',
      'src/lib/b.ts',
      'src/index.js',
      'root.mjs',
      'src/d.vue',
    ]
    const project = openProject(makeFolder(Object.fromEntries(names.map((name) => [name, '']))))
    expect(resolveImport(project, 'src/main.ts', specifier)).toBe(path)
  })
})

describe('changes', () => {
  const change = (path: string, after = 'new') => ({ path, before: undefined, after })

  test('are written with the folders that they need', () => {
    const folder = makeFolder({ a: 'old' })
    writeChanges(folder, [change('a'), change('b/c/d')])
    expect(readFiles(folder)).toEqual({ a: 'new', 'b/c/d': 'new' })
  })

  test('keep the byte order mark of a file', () => {
    const folder = makeFolder({ a: `${MARK}old` })
    writeChanges(folder, [change('a')])
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe(`${MARK}new`)
  })

  test('are undone after an error, the byte order mark included', () => {
    const folder = makeFolder({ a: `${MARK}old`, b: '' })
    mkdirSync(join(folder, 'taken'))
    expect(() =>
      writeChanges(
        folder,
        ['a', 'c', 'b', 'taken'].map((path) => change(path)),
      ),
    ).toThrow()
    expect(readFiles(folder)).toEqual({ a: `${MARK}old`, b: '' })
  })

  test.each([
    ['a file outside of the folder', '../a', '../a is outside of this folder.'],
    ['a file that a detour leads out to', 'b/../../a', 'b/../../a is outside of this folder.'],
    ['a broken link', 'broken', 'broken is a symbolic link to a file outside of this folder.'],
    ['a link out of the folder', 'out', 'out is a symbolic link to a file outside of this folder.'],
    ['a new file in a folder that is a link', 'outer/new/a', 'outer/new/a is a symbolic link to a file'],
    ['a file that is read-only', 'locked', 'locked is read-only. Make it writable and run this again.'],
    ['a new file in a folder that is read-only', 'dir/new', 'dir is read-only.'],
  ])('of %s are refused', (_, path, message) => {
    const outside = makeFolder({ file: '', 'dir/file': '' })
    const folder = makeFolder({ locked: '', 'dir/file': '' })
    symlinkSync(join(outside, 'none'), join(folder, 'broken'))
    symlinkSync(join(outside, 'file'), join(folder, 'out'))
    symlinkSync(join(outside, 'dir'), join(folder, 'outer'))
    chmodSync(join(folder, 'locked'), 0o444)
    chmodSync(join(folder, 'dir'), 0o555)
    try {
      expect(() => checkWritable(folder, [change('ok'), change(path)])).toThrow(message)
    } finally {
      chmodSync(join(folder, 'dir'), 0o755)
    }
  })

  test('of the folder itself are refused if it is read-only', () => {
    const folder = makeFolder({})
    chmodSync(folder, 0o555)
    try {
      expect(() => checkWritable(folder, [change('a')])).toThrow('. is read-only.')
    } finally {
      chmodSync(folder, 0o755)
    }
  })

  test('of links in the folder, and in a folder that is reached by a link, are allowed', () => {
    const folder = makeFolder({ 'a/file': '' })
    symlinkSync('a/file', join(folder, 'link'))
    symlinkSync(join(folder, 'a'), join(folder, 'folder'))
    checkWritable(folder, [change('link'), change('folder/file'), change('folder/new'), change('..a')])
    const above = makeFolder({})
    symlinkSync(folder, join(above, 'project'))
    checkWritable(join(above, 'project'), [change('a/file'), change('new/file')])
  })
})

describe('uncommitted changes', () => {
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      stdio: 'ignore',
    })

  test.each([
    ['a new file', (folder: string) => writeFileSync(join(folder, 'new'), ''), true],
    ['a changed file', (folder: string) => writeFileSync(join(folder, 'app/a'), 'b'), true],
    ['a changed file outside of the app', (folder: string) => writeFileSync(join(folder, 'b'), 'b'), true],
    ['an ignored file', (folder: string) => writeFileSync(join(folder, 'a.log'), ''), false],
    ['nothing', () => {}, false],
  ])('are found for %s', (_, act, isFound) => {
    const folder = makeFolder({ ...inFolder('app', { a: '' }), b: '', '.gitignore': '*.log\n' })
    git(folder, 'init')
    git(folder, 'add', '.')
    git(folder, 'commit', '-m', 'a', '--no-gpg-sign')
    act(folder)
    expect(hasUncommittedChanges(join(folder, 'app'))).toBe(isFound)
  })

  test('are found in a repository without a commit', () => {
    const folder = makeFolder({ a: '' })
    git(folder, 'init')
    expect(hasUncommittedChanges(folder)).toBe(true)
  })

  test('are none without Git', () => {
    vi.stubEnv('PATH', makeFolder({}))
    expect(hasUncommittedChanges(makeFolder({ a: '' }))).toBe(false)
  })

  test('are none without a repository', () => {
    vi.stubEnv('GIT_CEILING_DIRECTORIES', '/')
    vi.stubEnv('GIT_DIR', undefined)
    expect(hasUncommittedChanges(makeFolder({ a: '' }))).toBe(false)
  })
})
