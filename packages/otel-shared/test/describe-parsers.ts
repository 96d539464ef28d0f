import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** Parts of the grammars, which random characters rarely form. */
const PIECES = [
  ...[
    ' ',
    '\t',
    ',',
    ';',
    '=',
    '-',
    ':',
    '%',
    '%41',
    '%FF',
    '@',
    '"',
    '\\',
    '\n',
    '\0',
    '0',
    '00',
    'ff',
    'a',
    'd',
  ],
  ...[
    'k=v',
    'a=1,',
    ';p=1',
    'th:8',
    'rv:0123456789abcd',
    'ot=',
    '{',
    '}',
    '[',
    ']',
    'null',
    '1e9',
    '-1',
    '.5',
  ],
  ...[
    '0af7651916cd43dd8448eb211c80319c',
    'b7ad6b7169203331',
    '"resourceSpans":',
    '"spans":',
    '"attributes":',
  ],
  ...[
    'http://',
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'tracecontext',
    'traceidratio',
    '\ud83d',
    '\u00e9',
    '__proto__',
  ],
]
/** Random text, and random sequences of these parts. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
)

type Parsers = Readonly<Record<string, (text: string) => unknown>>

/**
 * Declares tests for a parser of external text.
 *
 * @param pieces parts of the grammar.
 */
export function describeParsers(parsers: Parsers, pieces: readonly string[] = PIECES): void {
  describe.each(Object.entries(parsers))('%s', (_, parse) => {
    test('the parser never throws', () => {
      const anySequence = fc.array(fc.constantFrom(...pieces), { maxLength: 40 })
      const anyInput = fc.oneof(
        anyText,
        anySequence.map((parts) => parts.join('')),
      )
      fc.assert(fc.property(anyInput, (text) => void parse(text)))
    })

    test('the parser takes linear time for repeated parts of the grammar', {
      timeout: 60_000,
    }, () => {
      const slow: string[] = []
      for (const prefix of ['', 'k=', '00-', '"'])
        for (const piece of pieces)
          for (const length of [1_000, 2_000, 125_000]) {
            const textOf = (size: number) => `${prefix}${piece.repeat(Math.ceil(size / piece.length))}\u0001`
            if (!growsLinearly(parse, textOf(length), textOf(length * 8)))
              slow.push(JSON.stringify(`${prefix}${piece}… ${length * 8}`))
          }
      expect(slow).toEqual([])
    })
  })
}

/** The time per character may be five times as long for a text of eight times the length. In quadratic time it is eight times as long. */
function growsLinearly(parse: (text: string) => unknown, short: string, long: string): boolean {
  const timeOf = (text: string) => {
    const start = performance.now()
    parse(text)
    return performance.now() - start
  }
  let shortMillis = timeOf(short)
  let longMillis = timeOf(long)
  // Shorter times are noise. Load on the machine can extend any single measurement.
  for (let tries = 0; tries < 30 && longMillis > 40 * Math.max(shortMillis, 0.05); tries++) {
    shortMillis = Math.max(shortMillis, timeOf(short))
    longMillis = Math.min(longMillis, timeOf(long))
  }
  return longMillis <= 40 * Math.max(shortMillis, 0.05)
}

/** Declares a test of a reader of JSON, which any value is passed to, also in place of any part of `example`. */
export function testJsonReader(read: (value: unknown) => unknown, example: unknown): void {
  test('the reader never throws for any JSON, or for valid JSON of which one part is replaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(200), (value, position) => {
        read(value)
        read(replaceNth(example, position, value))
      }),
    )
  })
}

/** A copy in which the value at a position, counted in the order of `JSON.stringify`, is another. */
function replaceNth(example: unknown, position: number, value: unknown): unknown {
  let count = 0
  return JSON.parse(JSON.stringify(example, (_, each: unknown) => (count++ === position ? value : each)))
}

const hexOf = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((id) => !/^0*$/.test(id))
export const traceIds = hexOf(32)
export const spanIds = hexOf(16)
