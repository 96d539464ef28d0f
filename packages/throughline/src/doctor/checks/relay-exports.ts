import { ATTR_SERVICE_NAME, parseRejectedCount } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { Response } from '../../http/request.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'
import { excerpt, isRefused } from './relay-answer.ts'

/** The endpoint accepts spans, compressed exports and large ones. */
export function checkRelayExports({ relay: { url, more } }: Target): Finding[] {
  if (!more) return []
  const where = displayUrl(url)
  return [
    ...checkSpans(where, more.spans),
    ...(more.compressed ? checkCompressed(where, more.compressed) : []),
    ...checkLarge(where, more.large),
  ]
}

function checkSpans(where: string, response: Response | RequestFailure): Finding[] {
  if (response instanceof RequestFailure || isRefused(response)) {
    const seen = `${where}: an export with spans: ${describe(response)}`
    const fix =
      'The endpoint accepts only exports without spans. Look for the cause in the logs of the relay and of the collector.'
    return [finding('relay-failed', { seen, fix })]
  }
  if (parseRejectedCount(response.body) === 0) return []
  const isByName = response.body.includes(ATTR_SERVICE_NAME)
  return [
    finding('relay-rejected-spans', {
      seen: `${where}${excerpt(response)}`,
      fix: isByName
        ? 'The relay accepts only the service names of its list, as it should. Add throughline-doctor to the list to store the spans of the doctor.'
        : 'Correct what the message of the endpoint names.',
      ...(isByName ? { severity: 'note' as const } : {}),
    }),
  ]
}

function checkCompressed(where: string, response: Response | RequestFailure): Finding[] {
  if (!(response instanceof RequestFailure) && !isRefused(response)) return []
  const seen = `${where}: an export with content-encoding gzip: ${describe(response)}`
  const fix = 'Let the endpoint decompress gzip, or forward the body with its Content-Encoding.'
  return [finding('relay-gzip', { seen, fix })]
}

function checkLarge(where: string, response: Response | RequestFailure): Finding[] {
  if (!(response instanceof RequestFailure) && !isRefused(response)) return []
  const seen = `${where}: an export of 100 kB: ${describe(response)}`
  const fix = 'Allow bodies of 1 MB: batches of the SDK have up to 256 kB before compression.'
  return [finding('relay-size-limit', { seen, fix })]
}

function describe(response: Response | RequestFailure): string {
  return response instanceof RequestFailure
    ? response.message
    : `status ${response.status}${excerpt(response)}`
}
