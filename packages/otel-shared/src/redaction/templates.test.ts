import { describe, expect, test } from 'vitest'
import { expandTemplate } from '../../test/expand-template.ts'
import { createRandom } from '../../test/known-secrets.ts'
import {
  ORDINARY_ATTRIBUTES,
  ORDINARY_TEXT_TEMPLATES,
  ORDINARY_URL_TEMPLATES,
} from '../../test/ordinary-templates.ts'
import { SECRET_ATTRIBUTES, SECRET_TEXTS, SECRET_URLS } from '../../test/secret-templates.ts'
import { redactAttribute } from './redact-attribute.ts'
import { redactText } from './redact-text.ts'
import { redactUrl } from './redact-url.ts'

type Door = (text: string) => string
const URL_DOORS: Door[] = [redactUrl, (url) => redactAttribute('url.full', url), inMessage(redactText)]
const TEXT_DOORS: Door[] = [redactText, (text) => redactAttribute('exception.message', text)]
const ATTRIBUTE_DOORS: Door[] = [
  (attribute) => {
    const [key = ''] = attribute.split(' ', 1)
    return redactAttribute(key, attribute.slice(key.length + 1))
  },
]
const SEEDS = [1, 2, 3, 4, 5]

describe('secrets of random content', () => {
  test.each([
    ['in addresses', SECRET_URLS, URL_DOORS],
    ['in texts', SECRET_TEXTS, TEXT_DOORS],
    ['in attributes', SECRET_ATTRIBUTES, ATTRIBUTE_DOORS],
  ])('at most one of a hundred secrets %s is not redacted', (_, templates, doors) => {
    const left = SEEDS.flatMap((seed) => {
      const random = createRandom(seed)
      return templates.filter((template) => {
        const { text, secrets } = expandTemplate(template, random)
        expect([template, secrets.length]).not.toEqual([template, 0])
        return doors.some((redact) => secrets.some((secret) => isLeft(redact(text), secret)))
      })
    })
    expect([left.length / (templates.length * SEEDS.length) <= 0.01, left]).toEqual([true, left])
  })
})

describe('texts of random content without a secret', () => {
  test.each([
    ['in addresses', ORDINARY_URL_TEMPLATES, URL_DOORS],
    ['in texts', ORDINARY_TEXT_TEMPLATES, TEXT_DOORS],
  ])('ordinary content %s is unchanged', (_, templates, doors) => {
    for (const seed of SEEDS) {
      const random = createRandom(seed)
      for (const { text } of templates.map((template) => expandTemplate(template, random))) {
        expect(doors.map((redact) => redact(text).replace(`Failed to fetch ${text} (500)`, text))).toEqual(
          doors.map(() => text),
        )
      }
    }
  })

  test.each(ORDINARY_ATTRIBUTES)('the value of the attribute %s is unchanged', (template) => {
    const { text } = expandTemplate(template, createRandom(1))
    expect(ATTRIBUTE_DOORS.map((redact) => redact(text))).toEqual([text.slice(text.indexOf(' ') + 1)])
  })
})

function inMessage(redact: Door): Door {
  return (url) => redact(`Failed to fetch ${url} (500)`)
}

function isLeft(redacted: string, secret: string): boolean {
  const length = Math.min(secret.length, 10)
  for (let start = 0; start + length <= secret.length; start++) {
    if (redacted.includes(secret.slice(start, start + length))) return true
  }
  return false
}
