import { expect, test } from 'vitest'
import { serviceColors } from './service-color.ts'

test('a single service has the same colour on every page', () => {
  expect(serviceColors(['shop'])('shop')).toBe(serviceColors(['shop', 'shop'])('shop'))
})

test('up to twelve services have different colours', () => {
  const names = Array.from({ length: 12 }, (_, index) => `service-${index}`)
  const colorOf = serviceColors(names)
  expect(new Set(names.map(colorOf)).size).toBe(12)
})

test('services beyond the twelfth have a colour, too', () => {
  const names = Array.from({ length: 40 }, (_, index) => `service-${index}`)
  const colorOf = serviceColors(names)
  for (const name of names) expect(colorOf(name)).toMatch(/^var\(--service-(\d|1[01])\)$/)
})
