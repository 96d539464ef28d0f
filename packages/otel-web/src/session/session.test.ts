import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Session, wasKilled } from './session.ts'

const START = 1_790_000_000_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KEY = 'throughline'

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers({ toFake: ['Date'], now: START })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const later = (millis: number) => vi.setSystemTime(Date.now() + millis)
const openPage = ({ sampled = true, needsConsent = false, early }: PageOptions = {}) =>
  new Session(() => sampled, needsConsent, early)
interface PageOptions {
  readonly sampled?: boolean
  readonly needsConsent?: boolean
  readonly early?: boolean
}

describe('the session', () => {
  test('is stored with its sampling decision, consent, id and times', () => {
    const { id } = openPage()
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(localStorage.getItem(KEY)).toBe(`12.${id}.${START}.${START}`)
  })

  test('is the same in the next page and in another tab', () => {
    const { id } = openPage()
    later(29 * MINUTE)
    expect(openPage().id).toBe(id)
  })

  test('ends after half an hour without an action', () => {
    const page = openPage()
    const { id } = page
    later(30 * MINUTE)
    expect(page.id).toBe(id)
    later(1)
    expect(page.id).not.toBe(id)
    expect(openPage().id).not.toBe(id)
  })

  test('is extended by actions', () => {
    const page = openPage()
    const { id } = page
    for (let n = 0; n < 5; n++) {
      later(29 * MINUTE)
      page.touch()
    }
    expect(page.id).toBe(id)
    expect(openPage().id).toBe(id)
  })

  test('ends after four hours in spite of actions', () => {
    const page = openPage()
    const { id } = page
    for (let minutes = 0; minutes < 240; minutes += 20) {
      expect(page.id).toBe(id)
      later(20 * MINUTE)
      page.touch()
    }
    later(1)
    expect(page.id).not.toBe(id)
  })

  test('of a tab that was idle is that of the other tabs', () => {
    const idle = openPage()
    const active = openPage()
    later(20 * MINUTE)
    active.touch()
    later(20 * MINUTE)
    active.touch()
    later(20 * MINUTE)
    expect(idle.id).toBe(active.id)
  })

  test('is written at most every ten seconds', () => {
    const page = openPage()
    const before = localStorage.getItem(KEY)
    later(10_000)
    page.touch()
    expect(localStorage.getItem(KEY)).toBe(before)
    later(1)
    page.touch()
    expect(localStorage.getItem(KEY)).toBe(`12.${page.id}.${START}.${START + 10_001}`)
  })
})

describe('the sampling decision', () => {
  test.each([
    [true, undefined, true],
    [false, undefined, false],
    [true, false, false],
    [false, true, true],
  ])('of a sampler that says %s, after a loader that said %s, is %s', (sampled, early, expected) => {
    expect(openPage({ sampled, ...(early === undefined ? {} : { early }) }).sampled).toBe(expected)
  })

  test('of a stored session is kept by all its pages', () => {
    openPage({ sampled: false })
    expect(openPage({ sampled: true, early: true }).sampled).toBe(false)
  })

  test('is made again for a new session, without the loader', () => {
    openPage({ sampled: true, early: false })
    later(HOUR)
    expect(openPage({ sampled: true, early: false }).sampled).toBe(true)
  })
})

describe('a stored value that is not of this format begins a new session', () => {
  test.each([
    ['1'],
    ['12'],
    ['12.'],
    ['12.abc'],
    ['12.abc.x.y'],
    ['yes'],
    ['{"id":1}'],
    [`12.abc.${START}`],
    ['.abc.1.1'],
  ])('%j', (stored) => {
    localStorage.setItem(KEY, stored)
    const { id } = openPage()
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(openPage().id).toBe(id)
  })

  test.each([
    ['of next year', 365 * 24 * HOUR],
    ['of tomorrow', 24 * HOUR],
  ])('or its times are those %s, since the clock was wrong', (_, ahead) => {
    const old = 'a'.repeat(32)
    localStorage.setItem(KEY, `12.${old}.${START + ahead}.${START + ahead}`)
    const page = openPage()
    expect(page.id).not.toBe(old)
    expect(openPage().id).toBe(page.id)
  })

  test('but not when the clock was set back by seconds', () => {
    const { id } = openPage()
    later(-5000)
    expect(openPage().id).toBe(id)
  })
})

describe('consent', () => {
  test('is unset at first, and nothing is stored before it is required and given', () => {
    const page = openPage({ needsConsent: true })
    later(HOUR)
    page.touch()
    expect(page.consent).toBe('unset')
    expect(localStorage.length).toBe(0)
  })

  test('that is given stores the session', () => {
    const page = openPage({ needsConsent: true })
    page.setConsent(true)
    expect(page.consent).toBe('granted')
    expect(localStorage.getItem(KEY)).toBe(`11.${page.id}.${START}.${START}`)
    expect(openPage({ needsConsent: true })).toMatchObject({ consent: 'granted', id: page.id })
  })

  test('that is denied is stored without an id', () => {
    const page = openPage({ needsConsent: true })
    page.setConsent(false)
    expect(localStorage.getItem(KEY)).toBe('10')
    expect(openPage({ needsConsent: true }).consent).toBe('denied')
  })

  test('that is withdrawn gives the user a new id', () => {
    const page = openPage({ needsConsent: true })
    page.setConsent(true)
    const { id } = page
    page.setConsent(false)
    page.setConsent(true)
    expect(page.id).not.toBe(id)
  })

  test('outlives the session', () => {
    openPage({ needsConsent: true }).setConsent(true)
    later(365 * 24 * HOUR)
    expect(openPage({ needsConsent: true }).consent).toBe('granted')
  })

  test('of another tab is adopted once', () => {
    const page = openPage({ needsConsent: true })
    expect(page.adoptConsent()).toBe(false)
    openPage({ needsConsent: true }).setConsent(true)
    expect([page.adoptConsent(), page.adoptConsent()]).toEqual([true, false])
    expect(page.consent).toBe('granted')
  })

  test('that was withdrawn in another tab is not undone by an action here', () => {
    const page = openPage({ needsConsent: true })
    page.setConsent(true)
    openPage({ needsConsent: true }).setConsent(false)
    later(MINUTE)
    page.touch()
    expect(page.consent).toBe('denied')
    expect(localStorage.getItem(KEY)).toBe('10')
  })
})

describe('a collector that refuses all spans', () => {
  test('is not asked again for an hour', () => {
    const page = openPage()
    expect(wasKilled()).toBe(false)
    page.kill()
    expect(wasKilled()).toBe(true)
    later(HOUR - 1)
    expect(wasKilled()).toBe(true)
    later(1)
    expect(wasKilled()).toBe(false)
  })

  test('is known to the loader by the first digit, which is odd for a sampled session', () => {
    const digit = () => localStorage.getItem(KEY)?.[0]
    openPage({ sampled: true }).kill()
    expect(digit()).toBe('3')
    expect(openPage().sampled).toBe(true)
    localStorage.clear()
    openPage({ sampled: false }).kill()
    expect(digit()).toBe('2')
    expect(openPage().sampled).toBe(false)
  })

  test('is asked again when the clock that set the hour was wrong', () => {
    later(24 * HOUR)
    openPage().kill()
    later(-24 * HOUR)
    expect(wasKilled()).toBe(false)
  })

  test.each(['', 'soon', 'NaN'])('is unknown with the stored value %j', (stored) => {
    localStorage.setItem('throughline.off', stored)
    expect(wasKilled()).toBe(false)
  })
})

describe('without storage, the session is limited to the page', () => {
  const refuse = () => {
    throw new DOMException('', 'SecurityError')
  }

  test.each<[string, unknown]>([
    ['there is none', undefined],
    ['it is full', { getItem: () => null, setItem: refuse }],
    ['each access is refused', { getItem: refuse, setItem: refuse }],
  ])('when %s', (_, storage) => {
    vi.stubGlobal('localStorage', storage)
    const page = openPage()
    const { id } = page
    page.touch()
    page.kill()
    expect(page.id).toBe(id)
    expect(wasKilled()).toBe(false)
    page.setConsent(true)
    expect([page.consent, page.id]).toEqual(['granted', id])
    expect(page.adoptConsent()).toBe(false)
    expect(openPage().id).not.toBe(id)
  })
})
