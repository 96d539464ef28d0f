import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { WITHOUT_EFFECT } from './check-attributes.ts'

test('every attribute of the table in docs/embed.md is known', () => {
  const guide = readFileSync(new URL('../../../../docs/embed.md', import.meta.url), 'utf8')
  const rows = guide.split('\n').filter((line) => /^\| `data-/.test(line))
  const documented = rows.flatMap((row) => row.split('|')[1]?.match(/data-[\w-]+/g) ?? [])
  expect(documented.length).toBeGreaterThan(10)
  expect(documented.filter((name) => WITHOUT_EFFECT.test(name))).toEqual([])
})

test('similar attributes are not known', () => {
  for (const name of ['data-service', 'data-service-names', 'data-sdk-', 'data-', 'data-x-debug']) {
    expect(WITHOUT_EFFECT.test(name), name).toBe(true)
  }
  expect(WITHOUT_EFFECT.test('async')).toBe(false)
})
