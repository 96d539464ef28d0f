import { generateTraceId } from '@throughline/otel-shared'
import type { Consent } from './consent.ts'

const KEY = 'throughline'
const IDLE_MILLIS = 30 * 60_000
const MAX_AGE_MILLIS = 4 * 3_600_000
const TOUCH_MILLIS = 10_000
const KILL_KEY = 'throughline.off'
const KILL_MILLIS = 3_600_000

const CONSENT_DIGITS: readonly Consent[] = ['denied', 'granted', 'unset']

interface State {
  sampled: boolean
  consent: Consent
  id: string
  startMillis: number
  lastMillis: number
}

/**
 * The session of the user. Its id ends after half an hour without a user action, and after four hours at the latest.
 * There is one sampling decision for the whole session. The consent outlives the session. The tabs of an origin share
 * it through `localStorage`; without that, each page has its own.
 *
 * It is stored as `<sampled><consent>.<id>.<start>.<last>`. The loader reads the first two digits. The first is
 * increased by 2 while the collector refuses all spans.
 */
export class Session {
  readonly #sample: () => boolean
  readonly #needsConsent: boolean
  #state: State
  #writtenMillis = 0

  /**
   * @param sample makes the sampling decision of a new session
   * @param needsConsent stores nothing while consent is unset
   * @param early the sampling decision of the loader for a session that is not stored yet
   */
  constructor(sample: () => boolean, needsConsent: boolean, early?: boolean) {
    this.#sample = sample
    this.#needsConsent = needsConsent
    const stored = read()
    if (!stored) this.#state = this.#begin('unset', early)
    else this.#state = isOver(stored) ? this.#begin(stored.consent) : stored
    this.touch()
  }

  get id(): string {
    this.#renew()
    return this.#state.id
  }

  get sampled(): boolean {
    this.#renew()
    return this.#state.sampled
  }

  get consent(): Consent {
    return this.#state.consent
  }

  /** Extends the session. To be called for each user action. */
  touch(): void {
    this.#renew()
    const now = Date.now()
    this.#state.lastMillis = now
    if (now - this.#writtenMillis <= TOUCH_MILLIS) return
    this.adoptConsent()
    this.#write()
  }

  /** Reads consent that was given or withdrawn in another tab. Returns true if it has changed. */
  adoptConsent(): boolean {
    const stored = read()
    if (!stored || stored.consent === this.#state.consent) return false
    this.#state = isOver(stored) ? this.#begin(stored.consent) : stored
    return true
  }

  /** Stores for an hour that the collector refuses all spans. */
  kill(): void {
    try {
      localStorage.setItem(KILL_KEY, String(Date.now() + KILL_MILLIS))
    } catch {
      // Without storage, the next page learns this from the collector itself.
    }
    this.adoptConsent()
    this.#write()
  }

  setConsent(granted: boolean): void {
    // After withdrawing consent, the user gets a new session id.
    if (!granted) this.#state = this.#begin('denied')
    this.#state.consent = granted ? 'granted' : 'denied'
    this.#write()
  }

  /**
   * Replaces a session that is over by the one of another tab, or by a new one. It is also called without a user
   * action.
   */
  #renew(): void {
    if (!isOver(this.#state)) return
    const stored = read()
    this.#state = stored && !isOver(stored) ? stored : this.#begin(stored?.consent ?? this.#state.consent)
  }

  #begin(consent: Consent, early?: boolean): State {
    const id = generateTraceId()
    const now = Date.now()
    this.#writtenMillis = 0
    return { id, sampled: early ?? this.#sample(), consent, startMillis: now, lastMillis: now }
  }

  #write(): void {
    if (this.#needsConsent && this.#state.consent === 'unset') return
    this.#writtenMillis = Date.now()
    const { sampled, consent, id, startMillis, lastMillis } = this.#state
    // Without consent, no id is stored.
    const digits = `${(sampled ? 1 : 0) + (wasKilled() ? 2 : 0)}${CONSENT_DIGITS.indexOf(consent)}`
    try {
      localStorage.setItem(
        KEY,
        consent === 'denied' ? digits : `${digits}.${id}.${startMillis}.${lastMillis}`,
      )
    } catch {
      // Without storage, the session is limited to this page.
    }
  }
}

function read(): State | undefined {
  try {
    const [digits = '', id = '', start, last] = (localStorage.getItem(KEY) ?? '').split('.')
    if (digits === '') return undefined
    return {
      sampled: Number(digits[0]) % 2 === 1,
      consent: CONSENT_DIGITS[Number(digits[1])] ?? 'unset',
      id,
      startMillis: Number(start) || 0,
      lastMillis: Number(last) || 0,
    }
  } catch {
    return undefined
  }
}

/** True for an hour after a collector has refused all further spans. */
export function wasKilled(): boolean {
  try {
    const leftMillis = Number(localStorage.getItem(KILL_KEY)) - Date.now()
    return leftMillis > 0 && leftMillis <= KILL_MILLIS
  } catch {
    return false
  }
}

function isOver({ startMillis, lastMillis }: State): boolean {
  const now = Date.now()
  // Times in the future were written while the clock was wrong.
  return Math.abs(now - lastMillis) > IDLE_MILLIS || Math.abs(now - startMillis) > MAX_AGE_MILLIS
}
