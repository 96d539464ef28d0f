import { expect, test } from 'vitest'
import { serviceColors } from './service-color.ts'

test('a service has the same colour on every page it is alone on', () => {
  expect(serviceColors(['shop'])('shop')).toBe(serviceColors(['shop', 'shop'])('shop'))
})

test('up to twelve services have a colour each', () => {
  const names = Array.from({ length: 12 }, (_, index) => `service-${index}`)
  const colorOf = serviceColors(names)
  expect(new Set(names.map(colorOf)).size).toBe(12)
})

test('more than twelve have one, too', () => {
  const names = Array.from({ length: 40 }, (_, index) => `service-${index}`)
  const colorOf = serviceColors(names)
  for (const name of names) expect(colorOf(name)).toMatch(/^var\(--service-(\d|1[01])\)$/)
})
