import { describe, expect, test } from 'vitest'
import { findForbiddenImports } from './imports.ts'
import { parseSourceFile } from './source-file.ts'

function findIn(path: string, text: string): string[] {
  return findForbiddenImports(parseSourceFile(path, text))
}

describe('imports', () => {
  test('a type import of a package above is reported', () => {
    const text = "\nimport type { Options } from '@throughline/otel-web/extras'"
    expect(findIn('packages/otel-shared/src/ids.ts', text)).toEqual([
      'packages/otel-shared/src/ids.ts:2 imports @throughline/otel-web/extras: otel-web is not below this workspace',
    ])
  })

  test.each([
    "export { encode } from '../../otel-shared/src/encode.ts'",
    "const encode = await import('../../otel-shared/src/encode.ts')",
    "type Encode = import('../../otel-shared/src/encode.ts').Encode",
  ])('a path into another package is reported: `%s`', (text) => {
    expect(findIn('packages/otel-web/src/send.ts', text)).toEqual([
      'packages/otel-web/src/send.ts:1 imports ../../otel-shared/src/encode.ts: the path leaves the workspace; import the package',
    ])
  })

  test('a package below and a package of npm are allowed', () => {
    const text =
      "import { trace } from '@opentelemetry/api'\nimport { encode } from '@throughline/otel-shared'"
    expect(findIn('packages/otel-web/src/send.ts', text)).toEqual([])
  })

  test('a workspace without an entry is reported', () => {
    expect(findIn('packages/new/src/index.ts', '')).toEqual([
      'packages/new/src/index.ts: packages/new is missing from WORKSPACES in scripts/checks/imports.ts',
    ])
  })
})
