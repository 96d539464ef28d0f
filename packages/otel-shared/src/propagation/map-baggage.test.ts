import { expect, test } from 'vitest'
import { MapBaggage } from './map-baggage.ts'

const entry = (value: string) => ({ value })
const baggage = new MapBaggage(
  new Map([
    ['tier', entry('gold')],
    ['region', entry('eu')],
  ]),
)

test('baggage without entries is empty', () => {
  expect(new MapBaggage().getAllEntries()).toEqual([])
})

test('an entry is found by its key, which is case-sensitive', () => {
  expect(baggage.getEntry('tier')).toEqual(entry('gold'))
  expect(baggage.getEntry('Tier')).toBeUndefined()
  expect(baggage.getEntry('__proto__')).toBeUndefined()
})

test('setEntry returns new baggage and does not change the old one', () => {
  const next = baggage.setEntry('tier', entry('silver')).setEntry('user', entry('7'))
  expect(next.getAllEntries()).toEqual([
    ['tier', entry('silver')],
    ['region', entry('eu')],
    ['user', entry('7')],
  ])
  expect(baggage.getAllEntries()).toHaveLength(2)
  expect(baggage.getEntry('tier')).toEqual(entry('gold'))
})

test('removeEntries returns new baggage and does not change the old one', () => {
  expect(baggage.removeEntry('tier').getAllEntries()).toEqual([['region', entry('eu')]])
  expect(baggage.removeEntries('tier', 'region', 'unknown').getAllEntries()).toEqual([])
  expect(baggage.clear().getAllEntries()).toEqual([])
  expect(baggage.getAllEntries()).toHaveLength(2)
})
