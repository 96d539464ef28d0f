import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Batch, toEncodedSpan } from '../batches.ts'
import { deleteStored } from './delete-stored.ts'
import { readStoredMark, removeStoredMark, writeStoredMark } from './stored-mark.ts'
import { keepUnsent, readUnsent, removeUnsent } from './unsent.ts'

const NOW = 1_790_000_000_000
const PREFIX = 'throughline.unsent.'

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function batchOf(body: string, count = 1): Batch {
  const spans = Array.from({ length: count }, () => toEncodedSpan('{"name":"s"}', {}))
  return { body, sizeBytes: body.length, spans }
}

const unsentKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))

describe('a batch of a page that is unloaded', () => {
  test.each(['{"resourceSpans":[]}', '{"a":"1.2.3"}', '{"text":"line\nbreak"}', '"ü漢😀"'])(
    'is read as it was: %j',
    (body) => {
      expect(keepUnsent(batchOf(body, 3))).toBe(true)
      expect(readUnsent()).toEqual({
        key: expect.stringContaining(PREFIX),
        body,
        count: 3,
        storedMillis: NOW,
      })
    },
  )

  test('marks that spans are stored', () => {
    expect(readStoredMark()).toBeUndefined()
    keepUnsent(batchOf('{}'))
    expect(readStoredMark()).toBeDefined()
  })

  test('is one of several, each with a key of its own', () => {
    for (const body of ['a', 'b', 'c']) keepUnsent(batchOf(body))
    const bodies = new Set<string>()
    for (let batch = readUnsent(); batch; batch = readUnsent()) {
      bodies.add(batch.body)
      removeUnsent(batch.key)
    }
    expect(bodies).toEqual(new Set(['a', 'b', 'c']))
    expect(unsentKeys()).toEqual([])
  })

  test('is refused when all batches would have more than 250,000 characters', () => {
    expect(keepUnsent(batchOf('x'.repeat(249_000)))).toBe(true)
    expect(keepUnsent(batchOf('x'.repeat(2000)))).toBe(false)
    expect(keepUnsent(batchOf('x'.repeat(900)))).toBe(true)
    expect(unsentKeys()).toHaveLength(2)
  })

  test('is refused when the storage is full', () => {
    const setItem = () => {
      throw new DOMException('', 'QuotaExceededError')
    }
    vi.stubGlobal('localStorage', { setItem })
    expect(keepUnsent(batchOf('{}'))).toBe(false)
  })
})

test('other keys of the origin are neither read nor removed', () => {
  localStorage.setItem('cart', '7')
  keepUnsent(batchOf('{}'))
  removeUnsent()
  expect(readUnsent()).toBeUndefined()
  expect(localStorage.getItem('cart')).toBe('7')
})

test.each(['', '1', '1.2', '1.2.', 'x.1.{}', '1.x.{}'])('the stored value %j is no batch', (stored) => {
  localStorage.setItem(`${PREFIX}0.5`, stored)
  expect(readUnsent()).toBeUndefined()
})

describe('the mark of stored spans', () => {
  test('differs for each stored batch, also within one millisecond', () => {
    writeStoredMark()
    const before = readStoredMark()
    writeStoredMark()
    expect(readStoredMark()).not.toBe(before)
  })

  test('can be removed', () => {
    writeStoredMark()
    removeStoredMark()
    expect(readStoredMark()).toBeUndefined()
  })

  test('is always set without storage, so that the database is looked at', () => {
    vi.stubGlobal('localStorage', undefined)
    writeStoredMark()
    removeStoredMark()
    expect(readStoredMark()).toBeDefined()
  })
})

describe('deleting stored spans', () => {
  /** A database of the browser that answers a deletion with the event. */
  const respondWith = (event: 'onsuccess' | 'onerror') => {
    const deleted: string[] = []
    vi.stubGlobal('indexedDB', {
      deleteDatabase(name: string) {
        deleted.push(name)
        const request: Record<string, () => void> = {}
        queueMicrotask(() => request[event]?.())
        return request
      },
    })
    return deleted
  }

  test('opens no database where none are stored', async () => {
    const deleted = respondWith('onsuccess')
    await deleteStored()
    expect(deleted).toEqual([])
  })

  test('removes the database, the unsent batches and the mark', async () => {
    const deleted = respondWith('onsuccess')
    keepUnsent(batchOf('{}'))
    await deleteStored()
    expect(deleted).toEqual(['throughline'])
    expect(localStorage.length).toBe(0)
  })

  test('keeps the mark when the database cannot be removed, so that it is tried again', async () => {
    respondWith('onerror')
    keepUnsent(batchOf('{}'))
    await deleteStored()
    expect(readUnsent()).toBeUndefined()
    expect(readStoredMark()).toBeDefined()
  })

  test('ends without access to IndexedDB', async () => {
    writeStoredMark()
    await expect(deleteStored()).resolves.toBeUndefined()
  })
})
