import { MAX_TOKEN_DISTANCE } from '../limits.ts'

/**
 * Redacts the segments of paths and addresses in a text that are tokens, as in reset, invite and share links and in webhooks.
 * Such a segment has neither a name nor a prefix. It is recognized by its form and by the segments before it:
 *
 * - After a segment that announces a token (`reset`, `verify-email`, `hooks`): UUIDs, hex, and at least 6 characters with a
 *   digit, less than half of which are words.
 * - After a segment that may announce one (`download`, `s`): UUIDs, at least 32 hex digits, and at least 20 such characters.
 * - Elsewhere: at least 40 hex digits in a multiple of 8, unless a file name follows; and at least 30 such characters (180 bits
 *   in base64url) that contain letters of both cases or no `-`, `_` and `.`.
 *
 * After a segment that names content (`commit`, `tx`), no segment is a token. Elsewhere, UUIDs, hex of other lengths, shorter ids
 * (ULID, KSUID, nanoid) and file names are not tokens.
 *
 * Between the segment that announces a token and the token, there can be segments that are not words: `/reset/MQ/…`.
 */
export function redactPathTokens(text: string): string {
  if (!text.includes('/')) return text
  return text.replace(WORD, (word) => {
    if (!IS_ADDRESS.test(word)) return word
    const before: string[] = []
    return word.replace(SEGMENT, (segment, start: number) => {
      const redacted = segment.replace(FIRST_RUN, (run) =>
        isToken(run, before, word.slice(start + segment.length)) ? 'REDACTED' : run,
      )
      before.unshift(segment)
      before.length = Math.min(before.length, MAX_TOKEN_DISTANCE)
      return redacted
    })
  })
}

const WORD = /[^\s"'<>()]+/g
/**
 * Matches a path or an address, and no fraction, media type or base64: the text before the first `/` is empty, is a host with
 * a dot or a port, or ends with a character such as `:`.
 */
const IS_ADDRESS = /^(?:[^/]*[^\w/+])?\/|^[\w-]+(?:\.|:\d)[^/]*\//
const SEGMENT = /[^/?]+/g
const FIRST_RUN = /[\w.=~@-]{6,}/

// `presets` does not announce a token.
export const ANNOUNCES: RegExp =
  /(?:^|[^p])(?:reset|forgot|verif|validat|confirm|activat|invit|magic|passw|unsub|recover|token|unlock|share|secret|log-?in$|sign-?(?:in|up)|auth$|hook|\botp|accept$|join$|\bkey$|api-?key|opt-?out|\bsso$|session$|regist|access$|integration$|\bical$|guest$|one-?time|\bping)/i
export const MAY_ANNOUNCE: RegExp = /^(?:downloads?|dl|cal|feed|rss|[ilrst])$/i
export const NAMES_CONTENT: RegExp =
  /^(?:commit|tree|blob|raw|sha|digest|md5|hash|checksum|trace|object|block|tx|asset|static|image|media|avatar|build|archive|revision|layer|manifest|cache|status|playlist|thumbnail|persisted|ipfs)(?:e?s|\d+)?$/i
/** Segments between an announcement and its token: not a lower-case word, or one of these words. */
const NO_WORD = /[^a-z-]|^(?:e-?mail|link|code|edit|new)$/

/** Matches hex, and also dates and versions, in which `isToken` finds no letter from `a` to `f`. */
const HEX = /^v?[\da-f@.-]+$/i
/** Not counted in the length of a token: a type prefix (`user_`), a blockchain address, an IPFS id, a UUID after a title. */
const TYPE = /^[a-z]+_|^(?:0x|Qm|baf).*|-[\da-f]{32}$/
const FILE = /\.[a-z]\w{0,4}(?![\w.=~@-])/

/** @param before the previous segments, the nearest first */
function isToken(run: string, before: readonly string[], after: string): boolean {
  const stem = run.replace(FILE, '')
  const isMixed = /[a-z]/.test(stem) && /[A-Z]/.test(stem)
  const announced = announcement(before)
  if (!/\d/.test(stem) && !(isMixed && stem.length >= (announced > 1 ? 8 : 20))) return false
  if (announced < 0 || (stem !== run && (announced < 1 || stem.length < 20))) return false
  if (HEX.test(stem)) {
    if (!/[a-f]/i.test(stem)) return false
    return (
      announced > 1 || (announced ? stem.length > 31 : /^(?:[^.@-]{8}){5,}$/.test(stem) && !FILE.test(after))
    )
  }
  const { length } = stem.replace(TYPE, '')
  const isLong =
    announced > 0
      ? length >= (announced > 1 ? 6 : 20)
      : length >= 30 && (!/[-_.]/.test(stem) || isMixed) && !stem.includes('@')
  return isLong && !isWordy(stem)
}

/** Whether the previous segments announce a token: 2 yes, 1 perhaps, 0 no, -1 they name content. */
function announcement(before: readonly string[]): number {
  for (const segment of before) {
    if (ANNOUNCES.test(segment)) return 2
    if (MAY_ANNOUNCE.test(segment)) return 1
    if (NAMES_CONTENT.test(segment)) return -1
    if (!NO_WORD.test(segment)) return 0
  }
  return 0
}

const NOT_COUNTED = /[^a-z\d]|\b\d+\b/gi
const INNER_DIGITS = /[a-z]\d+(?=[a-z])/gi
/** Matches words: at least three letters that can be pronounced, with few consecutive consonants and vowels. */
const WORDS =
  /(?<![a-z])(?=[A-Za-z][a-z]{2})[A-Za-z]?[b-df-hj-np-tv-xz]{0,2}(?:[aeiouy]{1,3}(?:[b-df-hj-np-tv-xz]{1,4}|(?![a-z])))+(?![a-z])/g

/** Whether words make up at least half of the letters and digits, and digits are between letters at most once. */
function isWordy(run: string): boolean {
  const length = (text: string) => text.replace(NOT_COUNTED, '').length
  return (run.match(INNER_DIGITS)?.length ?? 0) < 2 && length(run.replace(WORDS, '')) * 2 <= length(run)
}
