import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { findAttributeKeys, listAttributeKeys } from './checks/attribute-keys.ts'
import { findForbiddenImports } from './checks/imports.ts'
import { findModuleState } from './checks/module-state.ts'
import { parseSourceFile, type SourceFile } from './checks/source-file.ts'
import { ROOT } from './command.ts'
import { report, type StepResult } from './report.ts'

/** The maximum number of lines of a source file in a package. */
const MAX_LINES = 250
/** Tables of data, which may be longer. */
const TABLES = /^packages\/otel-shared\/src\/redaction\/(?:known|ordinary|secret)-\w+\.ts$/

/** The React chunk keeps its state in module variables, which need half the bytes of object fields (docs/decisions.md). */
const STATE_OF_A_PAGE = /^packages\/otel-web\/src\/instrumentation\/react\//

/** Checks the direction of imports, module state, attribute keys, and the length of files. */
export function checkStructure(): StepResult {
  const paths = globSync(
    ['packages/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}', 'apps/*/*/src/**/*.ts'],
    {
      cwd: ROOT,
    },
  )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\.(?:test|spec)\.tsx?$|\.d\.ts$|node_modules/.test(path))
    .sort()
  const files = paths.map((path) => parseSourceFile(path, readFileSync(join(ROOT, path), 'utf8')))
  const keys = knownAttributeKeys(files)
  const failures = files.flatMap((file) => {
    const { path, text } = file
    if (path.startsWith('apps/')) return findForbiddenImports(file)
    const state = STATE_OF_A_PAGE.test(path) ? [] : findModuleState(file)
    return [
      ...findForbiddenImports(file),
      ...state,
      ...findAttributeKeys(file, keys),
      ...findLength(path, text),
    ]
  })
  return {
    name: 'structure',
    passed: paths.length,
    failed: failures.length,
    skipped: 0,
    failures: failures.map((name) => ({ name })),
  }
}

/** The keys of the semantic conventions, and those that the packages list. */
function knownAttributeKeys(files: readonly SourceFile[]): ReadonlySet<string> {
  const standard = Object.entries(conventions).flatMap(([name, key]) =>
    name.startsWith('ATTR_') && typeof key === 'string' ? [key] : [],
  )
  const listed = files.filter(({ path }) => path.endsWith('/semconv.ts')).flatMap(listAttributeKeys)
  return new Set([...standard, ...listed])
}

function findLength(path: string, text: string): string[] {
  const lines = text.split('\n').length - 1
  return lines > MAX_LINES && !TABLES.test(path) ? [`${path} has ${lines} lines, more than ${MAX_LINES}`] : []
}

if (import.meta.main) report([checkStructure()])
