import { describe, expect, test } from 'vitest'
import { findAttributeKeys, listAttributeKeys } from './attribute-keys.ts'
import { parseSourceFile } from './source-file.ts'

const KNOWN: ReadonlySet<string> = new Set(['url.full', 'throughline.kept'])

function findIn(text: string, path = 'packages/otel-web/src/a.ts'): string[] {
  return findAttributeKeys(parseSourceFile(path, text), KNOWN)
}

describe('attribute keys', () => {
  test.each([
    ["span.setAttribute('url.full', href)", 'url.full'],
    ["const KEPT = 'throughline.kept'", 'throughline.kept'],
    ["const attributes = { 'shop.order.id': id }", 'shop.order.id'],
    ["attributes['url.full'] = href", 'url.full'],
  ])('`%s` is reported', (text, key) => {
    expect(findIn(text)).toEqual([
      `packages/otel-web/src/a.ts:1 '${key}' is an attribute key; import it from semconv.ts`,
    ])
  })

  test.each([
    'span.setAttribute(ATTR_URL_FULL, href)',
    "const files = { 'viewer.js': script, 'viewer.css': style }",
    "const KEY = 'throughline.left'",
    "import { a } from 'url.full/a.ts'",
  ])('`%s` is not reported', (text) => {
    expect(findIn(text)).toEqual([])
  })

  test('semconv.ts may have them', () => {
    expect(findIn("export const ATTR_KEPT = 'throughline.kept'", 'packages/a/src/semconv.ts')).toEqual([])
  })

  test('the keys of a semconv.ts are its strings with dots', () => {
    const text = "export const A = 'host.id'\nexport const B = 'error'\nexport { C } from './c.ts'"
    expect(listAttributeKeys(parseSourceFile('semconv.ts', text))).toEqual(['host.id'])
  })
})
