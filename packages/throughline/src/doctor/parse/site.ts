/**
 * The value of `Sec-Fetch-Site` for a request of a page. The public suffix list is not used: two hosts with two equal
 * last labels, of which the first is longer than three letters, count as one site (`shop.example.com`, but not `a.co.uk`).
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function siteOf(url: URL, page: URL): 'same-origin' | 'same-site' | 'cross-site' {
  if (url.origin === page.origin) return 'same-origin'
  if (url.protocol !== page.protocol) return 'cross-site'
  return siteHost(url.hostname) === siteHost(page.hostname) ? 'same-site' : 'cross-site'
}

/** The headers that a browser adds to a `fetch` of a page. */
export function fetchHeaders(url: URL, page: URL): Readonly<Record<string, string>> {
  return {
    accept: '*/*',
    'sec-fetch-dest': 'empty',
    'sec-fetch-mode': 'cors',
    'sec-fetch-site': siteOf(url, page),
  }
}

/**
 * The value of `Referer` for a request of a page, with the default policy of browsers: the address without user info and
 * fragment, for other origins only the origin, and nothing from `https:` to `http:`.
 *
 * @see https://www.w3.org/TR/referrer-policy/#referrer-policy-strict-origin-when-cross-origin
 */
export function refererHeader(url: URL, page: URL): { readonly referer?: string } {
  if (url.origin === page.origin) return { referer: `${page.origin}${page.pathname}${page.search}` }
  return page.protocol === 'https:' && url.protocol === 'http:' ? {} : { referer: `${page.origin}/` }
}

function siteHost(host: string): string {
  const labels = host.split('.')
  const isAddress = /^[\d.]+$|^\[/.test(host)
  const [second = ''] = labels.slice(-2)
  if (isAddress || labels.length < 3) return host
  return labels.slice(second.length > 3 ? -2 : -3).join('.')
}
