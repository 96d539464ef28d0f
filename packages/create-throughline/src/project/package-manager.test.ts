import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Files, makeFolder } from '../../test/project-folder.ts'
import { findPackageManager } from './package-manager.ts'

describe('the package manager', () => {
  test.each([
    ['package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
  ])('of the lock file %s is %s, also if another one runs the command', (file, manager) => {
    const folder = makeFolder({ [file]: '' })
    expect(findPackageManager(folder, 'yarn@4.0.0', 'bun/1.2.0')).toBe(manager)
  })

  test.each<[string, Files, string]>([
    ['the folder above', { 'pnpm-lock.yaml': '' }, 'pnpm'],
    ['the nearest folder above', { 'pnpm-lock.yaml': '', 'a/yarn.lock': '' }, 'yarn'],
    ['the app, if the workspace has another', { 'pnpm-lock.yaml': '', 'a/b/bun.lock': '' }, 'bun'],
  ])('is that of the lock file of %s', (_, files, manager) => {
    const folder = makeFolder({ ...files, 'a/b/package.json': '{}' })
    expect(findPackageManager(join(folder, 'a/b'), undefined)).toBe(manager)
  })

  test('is not that of a lock file above the repository', () => {
    const folder = makeFolder({ 'pnpm-lock.yaml': '', 'a/.git/HEAD': '', 'a/b/package.json': '{}' })
    expect(findPackageManager(join(folder, 'a/b'), undefined)).toBe('npm')
  })

  test('is that of a lock file in the root of the repository', () => {
    const folder = makeFolder({ 'a/.git/HEAD': '', 'a/yarn.lock': '', 'a/b/package.json': '{}' })
    expect(findPackageManager(join(folder, 'a/b'), undefined)).toBe('yarn')
  })

  test.each<[string, string | undefined, string | undefined, string]>([
    ['the field of package.json', 'pnpm@10.1.0', undefined, 'pnpm'],
    ['the field with a checksum', 'yarn@4.5.0+sha512.abc', undefined, 'yarn'],
    ['the field before the command', 'bun@1.2.0', 'pnpm/10.1.0 npm/? node/v24.1.0 linux x64', 'bun'],
    ['the program that runs the command', undefined, 'pnpm/10.1.0 npm/? node/v24.1.0 linux x64', 'pnpm'],
    ['npm itself', undefined, 'npm/11.0.0 node/v24.1.0 linux x64 workspaces/false', 'npm'],
    [
      'the command, if the field names an unknown one',
      'deno@2.0.0',
      'yarn/1.22.22 npm/? node/v24.1.0',
      'yarn',
    ],
    ['npm, if both are unknown', 'deno@2.0.0', 'deno/2.0.0', 'npm'],
    ['npm, if the field has no version', 'pnpm', undefined, 'npm'],
    ['npm, if both are missing', undefined, undefined, 'npm'],
    ['npm, if both are empty', '', '', 'npm'],
    ['npm, if a name only begins like a known one', 'pnpmx@1.0.0', 'npmx/1', 'npm'],
  ])('without a lock file is that of %s', (_, ...[field, agent, manager]) => {
    const folder = makeFolder({ '.git/HEAD': '' })
    expect(findPackageManager(folder, field, agent)).toBe(manager)
  })
})
