import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './command.ts'

/** A call that prints a message: a string or a template, alone or before an error. */
const CALL =
  /\b(?:warn|console\.(?:warn|info))\(\s*(?:'(?<text>[^'\n]*)'|`(?<template>.*?)`)(?=,?\s*\)|, error)/gs

const sources = globSync('packages/{otel-web,otel-edge}/src/**/*.ts', { cwd: ROOT }).filter(
  (file) => !file.endsWith('.test.ts'),
)
const messages = sources.flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(CALL)].map(
    ({ groups }) => groups?.text ?? groups?.template ?? '',
  ),
)

test.each(messages)('docs/troubleshooting.md has the message %s', (message) => {
  const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
  // The text between the values, such as ` cannot be reached: `.
  const parts = message.split(/\$\{[^{}]*(?:\}|$)/).map((part) => part.trim())
  const longest = parts.reduce((left, right) => (right.length > left.length ? right : left), '')
  // A message of values only is built from an option and its problem.
  expect(page).toContain(longest.length < 5 ? 'is not …' : longest.split(/[:,] /)[0])
})

test('the messages are found', () => {
  expect(messages.length).toBeGreaterThan(15)
})
