import { describe, expect, test } from 'vitest'
import { layOutServices } from './graph-layout.ts'

/** `layOut('web>shop', …)`: each service with its column and row. */
function layOut(...calls: readonly string[]): Record<string, [column: number, row: number]> {
  const dependencies = calls.map((call) => {
    const [parent = '', child = ''] = call.split('>')
    return { parent, child, callCount: 1 }
  })
  return Object.fromEntries(
    layOutServices(dependencies).map(({ name, column, row }) => [name, [column, row]]),
  )
}

describe('layout of the graph', () => {
  test('callers are left of the services that they call', () => {
    expect(layOut('web>gateway', 'gateway>shop', 'shop>backend')).toEqual({
      web: [0, 0],
      gateway: [1, 0],
      shop: [2, 0],
      backend: [3, 0],
    })
  })

  test('the column of a service is its longest path from a caller', () => {
    expect(layOut('web>shop', 'web>gateway', 'gateway>shop')).toEqual({
      web: [0, 0],
      gateway: [1, 0],
      shop: [2, 0],
    })
  })

  test('services of one column are below each other', () => {
    expect(layOut('shop>b', 'shop>c', 'shop>a', 'other>b')).toEqual({
      other: [0, 0],
      shop: [0, 1],
      a: [1, 0],
      b: [1, 1],
      c: [1, 2],
    })
  })

  test('services that call each other in a circle have different positions', () => {
    for (const calls of [
      ['a>b', 'b>a'],
      ['web>a', 'a>b', 'b>c', 'c>a'],
      ['a>b', 'b>c', 'c>a', 'x>y', 'y>x'],
    ]) {
      const places = Object.values(layOut(...calls)).map(String)
      expect(new Set(places).size).toBe(places.length)
      expect(places.length).toBe(new Set(calls.flatMap((call) => call.split('>'))).size)
    }
  })

  test('thirty services that all call each other are laid out within the time limit', () => {
    const names = Array.from({ length: 30 }, (_, index) => `service-${index}`)
    const calls = names.flatMap((parent) =>
      names.filter((child) => child !== parent).map((child) => `${parent}>${child}`),
    )
    expect(Object.keys(layOut(...calls))).toHaveLength(30)
  })

  test('a graph without services is empty', () => {
    expect(layOutServices([])).toEqual([])
  })
})
