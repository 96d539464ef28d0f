import { matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findDeadLinks, findDeadPageNames } from './links.ts'

const TARGET = '# The relay\n\n## Limits (per client)\n\n## Limits (per client)\n\n```sh\n# a comment\n```\n'

/** The problems of a page or source file with this text, in a repository that also has a few other files. */
function findIn(text: string, find = findDeadLinks): string[] {
  const files = new Map([
    ['docs/page.md', text],
    ['docs/relay.md', TARGET],
    ['packages/otel-edge/src/relay/index.ts', ''],
  ])
  return find('docs/page.md', {
    exists: (path) => [...files.keys()].some((file) => file === path || file.startsWith(`${path}/`)),
    matches: (pattern) => [...files.keys()].some((file) => matchesGlob(file, pattern)),
    hasFileNamed: (path) => [...files.keys()].some((file) => `/${file}`.endsWith(`/${path}`)),
    read: (path) => files.get(path) ?? '',
  })
}

describe('links', () => {
  test.each([
    '[relay](relay.md)',
    '[limits](relay.md#limits-per-client)',
    '[the second](relay.md#limits-per-client-1)',
    '# Here\n\n[up](#here)',
    '[code](../packages/otel-edge/src)',
    '[a site](https://example.com/a_(b))',
    '`[not](a-link.md)`',
    '```md\n[not](a-link.md)\n```',
  ])('%j has no dead link', (text) => {
    expect(findIn(text)).toEqual([])
  })

  test.each([
    ['[gone](gone.md)', 'docs/page.md links to gone.md: docs/gone.md does not exist'],
    ['[gone](#gone)', 'docs/page.md links to #gone: docs/page.md has no heading #gone'],
    [
      '[it](relay.md#a-comment)',
      'docs/page.md links to relay.md#a-comment: docs/relay.md has no heading #a-comment',
    ],
    ['[it](https://[a])', 'docs/page.md links to https://[a], which is not a URL'],
    [
      '`packages/otel-edge/src/gone.ts`',
      'docs/page.md names `packages/otel-edge/src/gone.ts`, which does not exist',
    ],
    ['`packages/*/gone/*.ts`', 'docs/page.md names `packages/*/gone/*.ts`, which does not exist'],
    ['`relay/gone.ts`', 'docs/page.md names `relay/gone.ts`, which does not exist'],
  ])('%j is reported', (text, problem) => {
    expect(findIn(text)).toEqual([problem])
  })

  test.each([
    '`packages/otel-edge/src/relay/index.ts`',
    '`packages/otel-edge/`',
    '`packages/*/src/relay/*.ts`',
    '`relay/index.ts`',
    '`/products/:id`',
  ])('%j names an existing file or no file', (text) => {
    expect(findIn(text)).toEqual([])
  })

  test('a source file that names a heading of a page that does not exist is reported', () => {
    expect(
      findIn('// See docs/relay.md#limits-per-client and docs/relay.md#gone.', findDeadPageNames),
    ).toEqual(['docs/page.md links to /docs/relay.md#gone: docs/relay.md has no heading #gone'])
  })
})
