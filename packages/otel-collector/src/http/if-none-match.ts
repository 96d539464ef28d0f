/**
 * Whether an `If-None-Match` header contains an entity tag. The comparison is weak: a proxy that compresses a response makes
 * its tag weak.
 *
 * @param etag a tag with its quotes, which contains no comma
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function ifNoneMatchHas(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((item) => {
    const tag = item.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}
