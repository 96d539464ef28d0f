import { expect, test } from 'vitest'
import { ExportCounts } from './export-counts.ts'

test('a page that has exported nothing has zero counts and no reasons', () => {
  expect(new ExportCounts().health(0)).toEqual({
    sent: 0,
    waiting: 0,
    stored: 0,
    dropped: 0,
    droppedBy: {},
    lastFailure: undefined,
  })
})

test('dropped spans are counted in total and by reason', () => {
  const counts = new ExportCounts()
  counts.drop(2, 'refused')
  counts.drop(3, 'overflow')
  counts.drop(1, 'refused')
  counts.drop(0, 'expired')
  expect(counts.health(4)).toMatchObject({ waiting: 4, dropped: 6, droppedBy: { refused: 3, overflow: 3 } })
  expect(counts.health(0).droppedBy).not.toHaveProperty('expired')
})

test('each dropped span is reported once, and the total stays', () => {
  const counts = new ExportCounts()
  counts.drop(2, 'evicted')
  expect([counts.takeDropped(), counts.takeDropped()]).toEqual([2, 0])
  counts.drop(1, 'invalid')
  expect(counts.takeDropped()).toBe(1)
  expect(counts.health(0).dropped).toBe(3)
})

test('a report that was dropped itself is made again', () => {
  const counts = new ExportCounts()
  counts.drop(2, 'refused')
  const reported = counts.takeDropped()
  counts.drop(1, 'refused', [{ reportedCount: reported }])
  expect(counts.takeDropped()).toBe(3)
  expect(counts.health(0).dropped).toBe(3)
})

test('counts that the page has read do not change later', () => {
  const counts = new ExportCounts()
  counts.drop(1, 'refused')
  const before = counts.health(0)
  counts.drop(1, 'refused')
  expect(before).toMatchObject({ dropped: 1, droppedBy: { refused: 1 } })
})
