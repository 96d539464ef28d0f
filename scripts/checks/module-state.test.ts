import { describe, expect, test } from 'vitest'
import { findModuleState } from './module-state.ts'
import { parseSourceFile } from './source-file.ts'

function findIn(text: string): string[] {
  return findModuleState(parseSourceFile('a.ts', text))
}

describe('module state', () => {
  test.each([
    ['let count = 0', 'count'],
    ['export let count = 0', 'count'],
    ['const seen = new Set<string>()', 'seen'],
    ['const byName: Map<string, number> = new Map()', 'byName'],
    ['const waiting: string[] = []', 'waiting'],
    ['class Exporter { static inFlight = 0 }', 'inFlight'],
    ['class Exporter { static readonly #all = new Set() }', 'all'],
  ])('`%s` is reported', (text, name) => {
    expect(findIn(text)).toEqual([`a.ts:1 \`${name}\` is state of the module`])
  })

  test.each([
    'const RETRYABLE: ReadonlySet<number> = new Set([429, 503])',
    'const spans = new WeakMap<object, Span>()',
    'export function count() { let sum = 0; const seen = new Set(); return sum + seen.size }',
    'class Exporter { inFlight = 0 }',
  ])('`%s` is not reported', (text) => {
    expect(findIn(text)).toEqual([])
  })

  test('a comment with the marker allows the lines below it, up to an empty line', () => {
    const cache = '/** Cache: the last name and its JSON. */\nlet name = ""\nlet json = ""\n'
    expect(findIn(`${cache}\nlet other = 0`)).toEqual(['a.ts:5 `other` is state of the module'])
  })

  test('the marker needs a reason', () => {
    expect(findIn('// Cache:\nlet name = ""')).toHaveLength(1)
  })
})
