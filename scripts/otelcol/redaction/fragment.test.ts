import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as rareKinds from '../../../packages/otel-shared/src/redaction/rare-secret-kinds.ts'
import * as kinds from '../../../packages/otel-shared/src/redaction/secret-kinds.ts'
import { ROOT } from '../../command.ts'
import { formatRedactionFragment, REDACTION_FRAGMENT } from './fragment.ts'
import { redactionSteps } from './steps.ts'
import { replaceParts, toRe2 } from './to-re2.ts'

test('deploy/otelcol/redaction.yaml is up to date: `npm run otelcol-redaction` writes it', () => {
  expect(readFileSync(join(ROOT, REDACTION_FRAGMENT), 'utf8')).toBe(formatRedactionFragment())
})

test('every kind of the table of secrets has a step', () => {
  const table = [...Object.entries(kinds), ...Object.entries(rareKinds)].flatMap(([name, kind]) =>
    kind[0] instanceof RegExp ? [name] : [],
  )
  const steps = new Set(redactionSteps().map(({ kind }) => kind))
  expect([...table, 'PATH_TOKEN'].filter((name) => !steps.has(name))).toEqual([])
  expect(steps.size).toBe(table.length + 1)
})

describe('a pattern for RE2', () => {
  test.each([
    ['a\\/b', '', 'a/b'],
    ['\\bx', 'gi', '(?i)\\bx'],
    ['[\\s\\S]*?', '', '[\\s\\x0b\\p{Z}\\x{feff}\\x{0}-\\x{10ffff}]*?'],
    ['[^\\s[/]', '', '[^\\s\\x0b\\p{Z}\\x{feff}\\[/]'],
    ['\\S+', '', '[^\\s\\x0b\\p{Z}\\x{feff}]+'],
    ['.[^]', '', '[^\\n\\r\\x{2028}\\x{2029}](?s:.)'],
    ['\\[.\\]', '', '\\[[^\\n\\r\\x{2028}\\x{2029}]\\]'],
    ['[.]', '', '[.]'],
    ['(?:a|b)', '', '(?:a|b)'],
  ])('of %s with %s is %s', (source, flags, re2) => {
    expect(toRe2(source, flags)).toBe(re2)
  })

  test.each(['a(?=b)', 'a(?!b)', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>'])(
    'does not exist of %s',
    (source) => {
      expect(() => toRe2(source, '')).toThrow('RE2 has no')
    },
  )

  test('is not made when the pattern lacks a part that is replaced', () => {
    expect(() => replaceParts('a(?!b)', [['(?!c)', '']])).toThrow('out of date')
  })
})
