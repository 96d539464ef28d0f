import { expect, test } from 'vitest'
import { formatCents } from './money.ts'

test('cents are shown as euros with two decimals', () => {
  expect(formatCents(1950)).toBe('€19.50')
  expect(formatCents(5)).toBe('€0.05')
  expect(formatCents(0)).toBe('€0.00')
})

test('thousands are grouped', () => {
  expect(formatCents(123_456_78)).toBe('€123,456.78')
})
