/**
 * The value of `Sec-Fetch-Site` for a request of a page. The public suffix list is not used: two hosts with two equal
 * last labels, of which the first is longer than three letters, count as one site (`shop.example.com`, but not `a.co.uk`).
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
function siteOf(url: URL, page: URL): 'same-origin' | 'same-site' | 'cross-site' {
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

function siteHost(host: string): string {
  const labels = host.split('.')
  const isAddress = /^[\d.]+$|^\[/.test(host)
  const [second = ''] = labels.slice(-2)
  if (isAddress || labels.length < 3) return host
  return labels.slice(second.length > 3 ? -2 : -3).join('.')
}
