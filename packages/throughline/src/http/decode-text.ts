/** How far browsers look for a `meta` element with the encoding. */
const PRESCAN_BYTES = 1024

/**
 * The text of a body: by its byte order mark, else by the charset of its type, else by its `meta` element, else as UTF-8.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
 */
export function decodeText(bytes: Buffer, contentType = ''): string {
  const label = byteOrderMark(bytes) ?? charsetOf(contentType) ?? metaCharset(bytes)
  return decode(bytes, label)
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 3).toString('hex') === 'efbbbf') return 'utf-8'
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'feff') return 'utf-16be'
  return mark === 'fffe' ? 'utf-16le' : undefined
}

function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]
}

/** A document whose `meta` element can be read as ASCII is not UTF-16, even if the element says so. */
function metaCharset(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, PRESCAN_BYTES).toString('latin1')
  const label = /<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})/i.exec(start)?.[1]
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label
}

/** An encoding that does not exist counts as UTF-8. */
function decode(bytes: Buffer, label: string | undefined): string {
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
