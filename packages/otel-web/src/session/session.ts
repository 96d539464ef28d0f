import { generateTraceId } from '@throughline/otel-shared'

const KEY = 'throughline'
const IDLE_MILLIS = 30 * 60_000
const MAX_AGE_MILLIS = 4 * 3_600_000
const TOUCH_MILLIS = 10_000
const KILL_KEY = 'throughline.off'
const KILL_MILLIS = 3_600_000

export type Consent = 'granted' | 'denied' | 'unset'

const CONSENT_DIGITS: readonly Consent[] = ['denied', 'granted', 'unset']

interface State {
  sampled: boolean
  consent: Consent
  id: string
  startMillis: number
  lastMillis: number
}

/**
 * The session: an id for half an hour of quiet and four hours at most, one sampling decision for all of it, and the
 * consent, which outlives it. Shared by the tabs of an origin through `localStorage`; without that, the page's own.
 *
 * Stored as `<sampled><consent>.<id>.<start>.<last>`; the loader reads the first two digits. The first is 2 more while
 * the collector wants nothing.
 */
export class Session {
  readonly #sample: (id: string) => boolean
  readonly #needsConsent: boolean
  #state: State
  #writtenMillis = 0

  /**
   * @param sample decides for a new session
   * @param needsConsent nothing is kept before it is given
   * @param early what the loader has already decided for a session of which nothing is stored
   */
  constructor(sample: (id: string) => boolean, needsConsent: boolean, early?: boolean) {
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

  /** The user did something. */
  touch(): void {
    this.#renew()
    const now = Date.now()
    this.#state.lastMillis = now
    if (now - this.#writtenMillis <= TOUCH_MILLIS) return
    this.adoptConsent()
    this.#write()
  }

  /** Takes over what the user has said in another tab; returns whether it is something new. */
  adoptConsent(): boolean {
    const stored = read()
    if (!stored || stored.consent === this.#state.consent) return false
    this.#state = isOver(stored) ? this.#begin(stored.consent) : stored
    return true
  }

  /** Lets the pages of the next hour know, too, that nothing is wanted. */
  kill(): void {
    try {
      localStorage.setItem(KILL_KEY, String(Date.now() + KILL_MILLIS))
    } catch {
      // Without storage the next page learns it from the collector again.
    }
    this.adoptConsent()
    this.#write()
  }

  setConsent(granted: boolean): void {
    // Who withdraws is nobody we have seen before when they come back.
    if (!granted) this.#state = this.#begin('denied')
    this.#state.consent = granted ? 'granted' : 'denied'
    this.#write()
  }

  /** Goes over to another tab's session, or to a new one, when this one is over: for what a page does by itself, too. */
  #renew(): void {
    if (!isOver(this.#state)) return
    const stored = read()
    this.#state = stored && !isOver(stored) ? stored : this.#begin(stored?.consent ?? this.#state.consent)
  }

  #begin(consent: Consent, early?: boolean): State {
    const id = generateTraceId()
    const now = Date.now()
    this.#writtenMillis = 0
    return { id, sampled: early ?? this.#sample(id), consent, startMillis: now, lastMillis: now }
  }

  #write(): void {
    if (this.#needsConsent && this.#state.consent === 'unset') return
    this.#writtenMillis = Date.now()
    const { sampled, consent, id, startMillis, lastMillis } = this.#state
    // The id of somebody who has not agreed is not kept.
    const digits = `${(sampled ? 1 : 0) + (wasKilled() ? 2 : 0)}${CONSENT_DIGITS.indexOf(consent)}`
    try {
      localStorage.setItem(
        KEY,
        consent === 'denied' ? digits : `${digits}.${id}.${startMillis}.${lastMillis}`,
      )
    } catch {
      // No storage: the session is the page's.
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

/** True for an hour after a collector has said that it wants nothing more. */
export function wasKilled(): boolean {
  try {
    return Number(localStorage.getItem(KILL_KEY)) > Date.now()
  } catch {
    return false
  }
}

function isOver({ startMillis, lastMillis }: State): boolean {
  const now = Date.now()
  return now - lastMillis > IDLE_MILLIS || now - startMillis > MAX_AGE_MILLIS
}
