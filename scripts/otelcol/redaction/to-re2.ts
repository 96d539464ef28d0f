/**
 * Translates a pattern of JavaScript to one of RE2, the regular expressions of Go, that matches the same texts.
 *
 * Throws an `Error` for what RE2 cannot express: lookarounds and back-references.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function toRe2(source: string, flags: string): string {
  let result = flags.includes('i') ? '(?i)' : ''
  let isClass = false
  for (const [token] of source.matchAll(TOKEN)) {
    if (UNSUPPORTED.test(token)) throw new Error(`RE2 has no ${token} (in ${source})`)
    result += (isClass ? IN_CLASS : OUTSIDE)[token] ?? token
    if (isClass) isClass = token !== ']'
    else isClass = token === '[' || token === '[^'
  }
  return result
}

/** One pattern, in which some parts are replaced by parts for RE2. Throws an `Error` when the pattern lacks one of the parts. */
export function replaceParts(
  source: string,
  parts: readonly (readonly [part: string, re2: string])[],
): string {
  let result = source
  for (const [part, re2] of parts) {
    if (!result.includes(part))
      throw new Error(`${part} is not in ${source}: its form for RE2 is out of date`)
    result = result.replace(part, () => re2)
  }
  return result
}

const TOKEN = /\[\^\]|\[\^?|\(\?<?[=!]|\\p\{\w+\}|\\[\s\S]|[\s\S]/g
const UNSUPPORTED = /^(?:\(\?<?[=!]|\\[1-9k])$/

// Of `\s` in RE2, only the ASCII characters without U+000B are whitespace; `.` excludes only `\n`.
const SPACES = '\\s\\x0b\\p{Z}\\x{feff}'
const OUTSIDE: Readonly<Record<string, string>> = {
  '\\s': `[${SPACES}]`,
  '\\S': `[^${SPACES}]`,
  '.': '[^\\n\\r\\x{2028}\\x{2029}]',
  '[^]': '(?s:.)',
  '\\/': '/',
}
// An unescaped `[` could begin a class such as `[:alpha:]`. `\S` occurs beside `\s` only, for any character.
const IN_CLASS: Readonly<Record<string, string>> = {
  '\\s': SPACES,
  '\\S': '\\x{0}-\\x{10ffff}',
  '[': '\\[',
  '\\/': '/',
}
