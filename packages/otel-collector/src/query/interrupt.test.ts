import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createInterrupt, type Interrupt, Interrupted } from './interrupt.ts'

function openNumbers(count: number): { readonly interrupt: Interrupt; readonly read: () => number } {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  database.exec('CREATE TABLE numbers (n INTEGER)')
  const insert = database.prepare('INSERT INTO numbers VALUES (?)')
  for (let n = 0; n < count; n++) insert.run(n)
  const interrupt = createInterrupt(database)
  const statement = database.prepare('SELECT count(*) AS rows FROM numbers WHERE go_on()')
  return { interrupt, read: () => Number(statement.get()?.rows) }
}

test('a read that is not interrupted returns all rows', () => {
  const { interrupt, read } = openNumbers(1_000)
  expect(interrupt.during(() => undefined, read)).toBe(1_000)
})

test('the check runs before the read and after every few rows', () => {
  const { interrupt, read } = openNumbers(1_000)
  let checks = 0
  interrupt.during(() => {
    checks++
  }, read)
  expect(checks).toBeGreaterThan(1_000 / 100)
  expect(checks).toBeLessThan(1_000 / 10)
})

describe('a read that has to end', () => {
  test.each(['time', 'client', 'writer'] as const)('an interrupted read throws its reason: %s', (reason) => {
    const { interrupt, read } = openNumbers(1_000)
    let checks = 0
    const check = () => {
      if (++checks === 3) throw new Interrupted(reason)
    }
    const run = () => interrupt.during(check, read)
    expect(run).toThrow(Interrupted)
    checks = 0
    expect(run).toThrow(expect.objectContaining({ reason }))
  })

  test('a read is not started if the check fails first', () => {
    const { interrupt } = openNumbers(0)
    let isRead = false
    const check = () => {
      throw new Interrupted('client')
    }
    expect(() =>
      interrupt.during(check, () => {
        isRead = true
      }),
    ).toThrow(Interrupted)
    expect(isRead).toBe(false)
  })

  test('the next read after an interrupted one is complete', () => {
    const { interrupt, read } = openNumbers(500)
    let checks = 0
    const check = () => {
      if (++checks > 1) throw new Interrupted('time')
    }
    expect(() => interrupt.during(check, read)).toThrow(Interrupted)
    expect(interrupt.during(() => undefined, read)).toBe(500)
    // Outside of `during` there is no check.
    expect(read()).toBe(500)
  })
})
