import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, type Response } from '../../http/request.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

const WARNING_MILLIS = 1_000
const ERROR_MILLIS = 60_000

/** The clock of the endpoint, by its `Date` header, is that of this machine. */
export function checkRelayClock({ relay: { url, empty } }: Target): Finding[] {
  const offset = empty instanceof RequestFailure ? undefined : readClockOffset(empty)
  if (!offset || Math.abs(offset.millis) - offset.uncertaintyMillis <= WARNING_MILLIS) return []
  const seconds = Math.round(Math.abs(offset.millis) / 1_000)
  const isError = Math.abs(offset.millis) - offset.uncertaintyMillis > ERROR_MILLIS
  return [
    finding('relay-clock', {
      seen: `${displayUrl(url)}: its Date is ${seconds} s ${offset.millis > 0 ? 'ahead of' : 'behind'} this machine`,
      fix: 'Synchronize the clocks of both machines (NTP). With a wrong clock, spans are shown outside of their parents.',
      ...(isError ? { severity: 'error' as const } : {}),
    }),
  ]
}

interface ClockOffset {
  /** How far the clock of the server is ahead. */
  readonly millis: number
  readonly uncertaintyMillis: number
}

/** `Date` has whole seconds, and belongs to some time between the request and the response. */
function readClockOffset(response: Response): ClockOffset | undefined {
  const dateMillis = Date.parse(headerOf(response, 'date') ?? '')
  if (Number.isNaN(dateMillis)) return undefined
  const { sentMillis, receivedMillis } = response
  return {
    millis: dateMillis + 500 - (sentMillis + receivedMillis) / 2,
    uncertaintyMillis: 500 + (receivedMillis - sentMillis) / 2,
  }
}
