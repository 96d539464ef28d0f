const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const HEX = `${DIGITS}abcdef`
const ALPHABETS: Readonly<Record<string, string>> = {
  h: HEX,
  H: `${DIGITS}ABCDEF`,
  w: `${DIGITS}${LOWER}${UPPER}-_`,
  b: `${DIGITS}${LOWER}${UPPER}+/`,
  A: DIGITS + LOWER + UPPER,
  a: LOWER + UPPER,
  l: DIGITS + LOWER,
  U: DIGITS + UPPER,
  d: DIGITS,
}
const PLACE = /\{(\+PEM(?:ESC)? [A-Z ]+|=[^}]+|uuid|ULID|[hHwbAalUd]\d+)\}|\[([hwld]\d+)\]/g

/**
 * Fills a template: `{w32}` with 32 characters of base64url, `h` hex, `b` base64, `A` letters and digits, `l` the lower,
 * `U` the upper ones, `a` letters, `d` digits; `{uuid}`, `{ULID}`, `{+PEM RSA PRIVATE KEY}`; `{=text}` with the text. What
 * is in braces is secret, what is in brackets is not. The source contains no secrets, because scanners of repositories would find them.
 */
export function expandTemplate(
  template: string,
  random: () => number,
): { readonly text: string; readonly secrets: readonly string[] } {
  const from = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  const make = (place: string): string => {
    if (place.startsWith('=')) return place.slice(1)
    if (place === 'uuid') return from(HEX, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-')
    if (place === 'ULID') return `01${from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)}`
    if (place.startsWith('+')) {
      const lines = Array.from({ length: 4 }, () => make('b64'))
      const label = place.slice(place.indexOf(' ') + 1)
      const newline = place.startsWith('+PEMESC') ? '\\n' : '\n'
      return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join(newline)
    }
    return from(ALPHABETS[place.charAt(0)] ?? '', Number(place.slice(1)))
  }
  const secrets: string[] = []
  const text = template.replace(PLACE, (_, secret?: string, plain?: string) => {
    const made = make(secret ?? plain ?? '')
    // A line from the middle of a PEM key.
    if (secret) secrets.push(secret.startsWith('+') ? (made.split(/\n|\\n/)[2] ?? made) : made)
    return made
  })
  return { text, secrets }
}
