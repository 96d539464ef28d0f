import {
  ANNOUNCES,
  MAY_ANNOUNCE,
  NAMES_CONTENT,
} from '../../../packages/otel-shared/src/redaction/path-tokens.ts'
import * as rare from '../../../packages/otel-shared/src/redaction/rare-secret-kinds.ts'
import type { SecretKind } from '../../../packages/otel-shared/src/redaction/secret-kind.ts'
import * as common from '../../../packages/otel-shared/src/redaction/secret-kinds.ts'
import { replaceParts, toRe2 } from './to-re2.ts'

/** A replacement in a text. The pattern is one of RE2, the replacement has the syntax of JavaScript. */
export interface Step {
  /** The name of the kind of secret in the table. */
  readonly kind: string
  readonly pattern: string
  readonly replacement: string
}

/** Characters of the private use area. A step that protects a text puts one into it, so that the next step does not match. */
const MARK = '\\x{e000}'
const OTHER_MARK = '\\x{e001}'
const AS_TEXT: Readonly<Record<string, string>> = { [MARK]: '\ue000', [OTHER_MARK]: '\ue001' }

/**
 * The table of secrets as replacements that the Collector can make, in the order of the SDK's search. RE2 has no lookarounds: what
 * they exclude is marked by a step before, or excluded by alternatives.
 *
 * Throws an `Error` when a kind of the table has a lookaround that this module does not know.
 */
export function redactionSteps(): Step[] {
  return [
    step('USER_INFO', kind(common.USER_INFO, [[`(?!\\d{1,5}[/?#])[^\\s@"'<>]{0,99}`, NO_PORT_AND_PATH]])),
    protect('EMAIL', '((?:^|[^\\p{L}\\w.+%-])REDACTED)(@)'),
    step(
      'EMAIL',
      kind(common.EMAIL, [
        ['(?<![\\p{L}\\w.+%-])', ''],
        ['(?!REDACTED@)', ''],
      ]),
    ),
    unmark('EMAIL'),
    step('HEADER', named(common.HEADER)),
    protect('NAMED', `(?i)(${namesOfSecrets()})(${SEPARATOR}(?:[\\t ]*${noValue()}|[\\t ]+:[a-z]+${END}))`),
    step('NAMED', named(common.NAMED)),
    unmark('NAMED'),
    protect('QUERY_VALUE', '([?&][^\\s=&?]+=[^\\s&"]+?)(:\\d+:\\d+)'),
    step(
      'QUERY_VALUE',
      kind(common.QUERY_VALUE, [['[^\\s&"]+?(?=:\\d+:\\d+|[\\s&"]|$)', `[^\\s&"${MARK}]+`]]),
    ),
    unmark('QUERY_VALUE'),
    step('JSON_WEB_TOKEN', kind(common.JSON_WEB_TOKEN)),
    ...pathTokenSteps(),
    step('PRIVATE_KEY', kind(rare.PRIVATE_KEY)),
    step(
      'PROVIDER_KEY',
      kind(rare.PROVIDER_KEY, [
        ['[\\w-]{35}(?![\\w-])', '[\\w-]{35}\\b'],
        // Ten more characters follow all of these.
        ['(?=[A-Za-z\\d]{16})', '[A-Za-z\\d]{6}'],
        ['(?=[A-Za-z\\d]{30})', '[A-Za-z\\d]{20}'],
        ['(?=[a-z\\d]{43}\\b)', '[a-z\\d]{33}'],
      ]),
    ),
    protect('PREFIXED_KEY', '\\b((?:[a-z]{1,9}\\d?[_-]){1,3})([\\da-f]+)\\b'),
    step(
      'PREFIXED_KEY',
      kind(rare.PREFIXED_KEY, [
        ['(?![\\da-f]+\\b)(?=[A-Za-z]{0,99}\\d)[A-Za-z\\d]{28}', withDigit('[A-Za-z]', '[A-Za-z\\d]', 28)],
      ]),
    ),
    unmark('PREFIXED_KEY'),
    protect('BEARER', `(?i)\\b(bearer)([\\s+]+${noValue()})`),
    step('BEARER', kind(rare.BEARER, [[common.NO_VALUE, '']])),
    unmark('BEARER'),
    step(
      'CREDENTIAL',
      kind(rare.CREDENTIAL, [
        [
          `(?=[\\w.~+/=-]{6})[a-z_.~+/-]{0,99}[\\d=][\\w.~+/=-]*`,
          `${withDigit('[a-z_.~+/-]', '[\\w.~+/=-]', 6, '[\\d=]')}[\\w.~+/=-]*`,
        ],
      ]),
    ),
    step('COMMAND_OPTION', kind(rare.COMMAND_OPTION, [[common.NO_VALUE, '']])),
    step('SQL_PASSWORD', kind(rare.SQL_PASSWORD)),
    step('NAMED_ELSEWHERE', kind(rare.NAMED_ELSEWHERE)),
    step('WEBHOOK', kind(rare.WEBHOOK)),
    step('COOKIELESS_SESSION', kind(rare.COOKIELESS_SESSION)),
    step('CARD_NUMBER', kind(rare.CARD_NUMBER)),
    step('IBAN', kind(rare.IBAN, [['[A-Z]{2}\\d\\d', `(?:${IBAN_COUNTRIES})\\d\\d`]])),
    step('PHONE_NUMBER', kind(rare.PHONE_NUMBER)),
  ]
}

type Part = readonly [part: string, re2: string]

function kind([pattern, replacement]: SecretKind, parts: readonly Part[] = []): Omit<Step, 'kind'> {
  const source = replaceParts(pattern.source, parts)
  return { pattern: toRe2(source, pattern.flags), replacement }
}

function step(name: string, rest: Omit<Step, 'kind'>): Step {
  return { kind: name, ...rest }
}

/** Puts a mark between the two groups of a pattern, whose match is what the SDK excludes by a lookaround. */
function protect(name: string, pattern: string, mark = MARK): Step {
  return {
    kind: name,
    pattern: pattern.startsWith('(?i)') ? toRe2(pattern.slice(4), 'i') : toRe2(pattern, ''),
    replacement: `$1${AS_TEXT[mark]}$2`,
  }
}

function unmark(name: string): Step {
  return { kind: name, pattern: MARK, replacement: '' }
}

/** Of a value after a `:`, no port that a path follows. */
const NO_PORT_AND_PATH = `(?:[^\\s@"'<>\\d][^\\s@"'<>]{0,98}|\\d{1,5}(?:[^\\s@"'<>\\d/?#][^\\s@"'<>]{0,98})?|\\d{6}[^\\s@"'<>]{0,93})?`

/** Between the name of a secret and its value, as in `named` of the table. */
const SEPARATOR = `[\\\\"'\\]]*(?:[\\t ]*(?:[=:]{1,3}>?|->)|>)`
const QUOTED = `(\\\\*["'])(?:[^\\\\"']+|(?!\\2)\\\\*[^])+`
const QUOTED_RE2 = `(")(?:[^\\\\"]|\\\\[^])+|(')(?:[^\\\\']|\\\\[^])+|(\\\\+["'])(?:[^\\\\]|\\\\[^"'\\\\])+`

function named([pattern, replacement]: SecretKind): Omit<Step, 'kind'> {
  const hasNoValue = pattern.source.includes(common.NO_VALUE)
  const ofNames: Part[] = [
    [common.SECRET_NAMES, namesOfSecrets()],
    [common.NO_VALUE, ''],
  ]
  const parts: Part[] = [[QUOTED, QUOTED_RE2], ...(hasNoValue ? ofNames : [])]
  return kind([pattern, replacement.replace('$2', '$2$3$4')], parts)
}

function namesOfSecrets(): string {
  return replaceParts(common.SECRET_NAMES, [[`\\bpass(?=[=\\\\"'])`, '\\bpass']])
}

/** In place of the checksum. https://www.swift.com/standards/data-standards/iban-international-bank-account-number */
const IBAN_COUNTRIES =
  'A[DELTZ]|B[AEGHIRY]|C[HRYZ]|D[EJKO]|E[EGS]|F[IKOR]|G[BEILRT]|H[NRU]|I[ELQST]|JO|K[WZ]|L[BCITUVY]|M[CDEKNRTU]|N[ILO]|OM|P[KLST]|QA|R[OSU]|S[ACDEIKMOTV]|T[LNR]|UA|V[AG]|XK|YE'

const END = '(?:[\\s,;)]|$)'

/** What `NO_VALUE` excludes. `=` is left out, since `SEPARATOR` takes it, and `:`, which the callers add where it can follow. */
function noValue(): string {
  return replaceParts(common.NO_VALUE, [
    ['(?!=|', '(?:'],
    ['[:%][a-z]+)(?![^\\s,;)])', `%[a-z]+)${END}`],
    ['(?![\\w-])', '(?:[^\\w-]|$)'],
  ])
}

/**
 * At least `length` characters of the class `all`, of which one is a `digit` that follows only characters of `letters`. The
 * alternatives are the positions of that digit.
 */
function withDigit(letters: string, all: string, length: number, digit = '\\d'): string {
  const positions = Array.from({ length }, (_, at) => `${letters}{${at}}${digit}${all}{${length - 1 - at}}`)
  return `(?:${[...positions, `${letters}{${length},99}${digit}`].join('|')})`
}

/** Alternatives of `ANNOUNCES` that end a segment, and those that can be within one. */
function announcing(): string {
  const [, words = ''] = /^\(\?:\^\|\[\^p\]\)\(\?:(.+)\)$/.exec(ANNOUNCES.source) ?? []
  if (words === '') throw new Error(`The steps for ${ANNOUNCES.source} are out of date`)
  // A group with a `|` in it, `sign-?(?:in|up)`, is not split.
  const alternatives = words.match(/(?:\([^)]*\)|[^|])+/g) ?? []
  const last = alternatives.filter((word) => word.endsWith('$')).map((word) => word.slice(0, -1))
  const anywhere = alternatives.filter((word) => !word.endsWith('$'))
  return `/(?:[\\w.~-]*[^p/\\s])?(?:(?:${anywhere.join('|')})[\\w.~-]*|${last.join('|')})`
}

function unanchored({ source }: RegExp): string {
  return replaceParts(source, [
    ['^', ''],
    ['$', ''],
  ])
}

/**
 * The rule for tokens in paths, as far as regular expressions can have it: steps that mark segments, and steps that remove the marks
 * of those that are no tokens. They do not know which segments are mostly words.
 */
function pathTokenSteps(): Step[] {
  const name = 'PATH_TOKEN'
  return [
    protect(name, `(?i)(${announcing()}[/?])([\\w-]{16,})`),
    protect(name, `(?i)(/${unanchored(MAY_ANNOUNCE)}/)([\\w-]{20,})`),
    protect(name, '(/)([\\da-f]{40}[\\w-]*)'),
    protect(name, '(/)([\\w-]{30,})', OTHER_MARK),
    step(name, { pattern: `(?i)(/${unanchored(NAMES_CONTENT)}/)[${MARK}${OTHER_MARK}]`, replacement: '$1' }),
    // Without a digit, without a capital, or with a suffix as of a file, a segment is no token.
    step(name, {
      pattern: `[${MARK}${OTHER_MARK}]([A-Za-z_-]+(?:[^\\w-]|$)|[\\w-]+\\.)`,
      replacement: '$1',
    }),
    step(name, {
      pattern: `${OTHER_MARK}([\\da-z_-]+(?:[^\\w-]|$)|[\\dA-Z_-]+(?:[^\\w-]|$))`,
      replacement: '$1',
    }),
    step(name, { pattern: `[${MARK}${OTHER_MARK}][\\w-]+`, replacement: 'REDACTED' }),
  ]
}
