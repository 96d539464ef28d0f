import { describe, expect, test } from 'vitest'
import { expandTemplate } from '../../../packages/otel-shared/test/expand-template.ts'
import { createRandom, knownSecrets } from '../../../packages/otel-shared/test/known-secrets.ts'
import { SECRET_TEXTS, SECRET_URLS } from '../../../packages/otel-shared/test/secret-templates.ts'
import { GATES } from './gates.ts'
import { redactionSteps } from './steps.ts'

const steps = redactionSteps().map((step) => ({ ...step, pattern: toRegExp(step.pattern, 'g') }))
const gates = Object.entries(GATES).map(([kind, { literals = [], patterns = [], and = '' }]) => {
  const either = patterns.map((pattern) => toRegExp(pattern))
  const both = toRegExp(and)
  const isOpen = (text: string) =>
    both.test(text) &&
    (literals.some((part) => text.toLowerCase().includes(part)) ||
      either.some((pattern) => pattern.test(text)))
  return [kind, isOpen] as const
})
const isOpen = Object.fromEntries(gates)

describe('the gate of a kind', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
  const texts = seeds.flatMap((seed) => {
    const { urls, texts } = knownSecrets(seed)
    const random = createRandom(seed)
    const expanded = [...SECRET_URLS, ...SECRET_TEXTS].map(
      (template) => expandTemplate(template, random).text,
    )
    return [...[...urls, ...texts].map(([, text]) => text), ...expanded]
  })

  test.each([...new Set(steps.map(({ kind }) => kind))])(
    'of %s is open for every known secret that its steps change',
    (kind) => {
      const own = steps.filter((step) => step.kind === kind)
      const change = (text: string) =>
        own.reduce((changed, { pattern, replacement }) => changed.replace(pattern, replacement), text)
      const changed = texts.filter((text) => change(text) !== text)
      expect(changed.length).toBeGreaterThan(0)
      expect(changed.filter((text) => !isOpen[kind]?.(text))).toEqual([])
    },
  )

  test('of most kinds is closed for an ordinary span', () => {
    const text =
      'GET\nhttps://shop.example/api/orders?page=REDACTED\n200\n4bf92f3577b34da6a3ce929d0e0e4736\nshop.example\n443'
    expect(gates.filter(([, open]) => open(text)).map(([kind]) => kind)).toEqual(['QUERY_VALUE'])
  })
})

/** A pattern of RE2 that this module writes, in JavaScript, where it matches the same. */
function toRegExp(re2: string, flags = ''): RegExp {
  const source = re2
    .replace('(?i)', '')
    .replaceAll('(?s:.)', '[^]')
    .replaceAll('\\x{10ffff}', '\\uffff')
    .replaceAll('\\p{Z}', ' ')
    .replaceAll(/\\x\{(\w+)\}/g, (_, hex: string) => `\\u${hex.padStart(4, '0')}`)
  return new RegExp(
    source,
    `${flags}${re2.startsWith('(?i)') ? 'i' : ''}${source.includes('\\p') ? 'u' : ''}`,
  )
}
