import { expect, test } from 'vitest'
import { DropCount } from './drop-count.ts'

test('a drop count is reported once', () => {
  const drops = new DropCount()
  drops.add(2)
  drops.add(3)
  expect(drops.take()).toBe(5)
  expect(drops.take()).toBe(0)
})

test('a drop count whose export failed is added to the later count', () => {
  const drops = new DropCount()
  drops.add(2)
  const taken = drops.take()
  drops.add(1)
  drops.add(taken)
  expect(drops.take()).toBe(3)
})
