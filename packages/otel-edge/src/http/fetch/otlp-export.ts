import type { OutgoingCall } from './fetch-arguments.ts'

/**
 * Whether a request exports telemetry of this or another SDK. It is not traced, since its span would cause the next export.
 *
 * @param ownUrls the endpoints of this SDK.
 */
export function isOtlpExport(
  { method, address, headers }: OutgoingCall,
  ownUrls: ReadonlySet<string>,
): boolean {
  const url = method === 'POST' && URL.parse(address)
  if (!url) return false
  return (
    ownUrls.has(url.href) ||
    (/\/v1\/(?:traces|logs|metrics)\/?$/.test(url.pathname) &&
      /^application\/(?:json|x-protobuf)\s*(?:;|$)/i.test(new Headers(headers).get('content-type') ?? ''))
  )
}
