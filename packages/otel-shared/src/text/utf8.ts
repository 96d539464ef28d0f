// With `ignoreBOM`, a byte order mark is kept in the text: in a field of protobuf, it is an ordinary character.
const strict = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** Decodes UTF-8 and keeps a byte order mark; `undefined` for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Decodes UTF-8 and keeps a byte order mark. Malformed sequences become U+FFFD. */
export function decodeUtf8Lossy(bytes: Uint8Array): string {
  return lossy.decode(bytes)
}
