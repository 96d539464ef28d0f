import { headerOf, type Response } from '../../http/request.ts'

/**
 * Whether the headers of a response allow a shared cache, such as a CDN, to reuse it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches
 * @see https://www.rfc-editor.org/rfc/rfc9213 for headers that only CDNs read
 */
export function mayBeShared(response: Pick<Response, 'headers'>): boolean {
  const targeted = ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'surrogate-control']
  if (targeted.some((name) => lifetimeOf(headerOf(response, name) ?? '') > 0)) return true
  const control = (headerOf(response, 'cache-control') ?? '').toLowerCase()
  if (/(?:^|[,\s])(?:no-store|no-cache|private)\s*(?:,|$)/.test(control)) return false
  return lifetimeOf(control) > 0 || (/\bpublic\b/.test(control) && !/max-age=0/.test(control))
}

function lifetimeOf(control: string): number {
  const seconds = /s-maxage="?(\d+)/i.exec(control) ?? /max-age="?(\d+)/i.exec(control)
  return Number(seconds?.[1] ?? 0)
}
