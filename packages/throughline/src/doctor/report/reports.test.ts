import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { span, TRACE_ID, target, withTrace } from '../../../test/observed.ts'
import { CATALOGUE, type FindingId } from '../target/catalogue.ts'
import { type Finding, finding } from '../target/finding.ts'
import { jsonReport } from './json-report.ts'
import { sarifReport } from './sarif-report.ts'
import { textReport } from './text-report.ts'

const IDS = Object.keys(CATALOGUE) as FindingId[]
const url = new URL('https://www.example.com/a?token=secret')
const diagnosis = (...findings: readonly Finding[]) => ({ target: target({ page: { url } }), findings })
const of = (id: FindingId, seen = 'it', fix = 'Change it.') => finding(id, { seen, fix })
const ERROR = of('page-status')
const WARNING = of('cors-timing')
const NOTE = of('page-redirect')

describe('a finding', () => {
  test.each(IDS)('%s has the severity, title and page of the catalogue', (id) => {
    const [severity, title] = CATALOGUE[id]
    expect(of(id)).toEqual({
      id,
      severity,
      title,
      seen: 'it',
      fix: 'Change it.',
      docs: `docs/doctor/${id}.md`,
    })
  })

  test('can have another severity', () => {
    expect(finding('page-status', { seen: '', fix: '', severity: 'note' }).severity).toBe('note')
  })
})

describe('the text report', () => {
  test('has a block for each finding, and a summary', () => {
    expect(textReport(diagnosis(ERROR, NOTE), false)).toBe(
      [
        '✗ The page has an error status',
        '  seen  it',
        '  fix   Change it.',
        '  docs/doctor/page-status.md',
        '',
        'i The page redirects',
        '  seen  it',
        '  fix   Change it.',
        '  docs/doctor/page-redirect.md',
        '',
        'https://www.example.com/a?token=REDACTED: 1 error, 1 note',
      ].join('\n'),
    )
  })

  test('of a deep run says what arrived', () => {
    const resource = [{ key: 'telemetry.distro.name', value: 'throughline-edge' }]
    const attributes = [{ key: 'throughline.children.client', value: 1 }]
    const spans = [span({ resource, attributes }), span({ spanId: 'b', service: 'a\nb' })]
    const deep = withTrace(spans, {
      options: { isDeep: true },
      logs: [{ where: 'a', problem: undefined, lineCount: 2, spanIds: [] }],
    })
    expect(textReport({ target: deep, findings: [] }, false)).toBe(
      '1 of 1 requests arrived: 2 spans of a b, gateway, 1 with counts, 2 log lines\nhttps://www.example.com/: no fault found',
    )
    expect(JSON.parse(jsonReport({ target: deep, findings: [] })).deep).toEqual({
      ...{ requests: 1, arrived: 1, spans: 2, services: ['a\nb', 'gateway'], counted: 1, logLines: 2 },
    })
  })

  test.each([
    ['nothing', [], 'no fault found'],
    ['one of each', [ERROR, WARNING, NOTE], '1 error, 1 warning, 1 note'],
    ['several of each', [NOTE, ERROR, WARNING, NOTE, ERROR, WARNING], '2 errors, 2 warnings, 2 notes'],
    ['only warnings', [WARNING], '1 warning'],
  ])('counts %s', (_, findings, summary) => {
    expect(
      textReport(diagnosis(...findings), false)
        .split(': ')
        .at(-1),
    ).toBe(summary)
  })

  test.each([
    ['error', ERROR, '✗', 31],
    ['warning', WARNING, '!', 33],
    ['note', NOTE, 'i', 36],
  ])('has a mark and a colour for the severity %s', (_, each, mark, colour) => {
    expect(textReport(diagnosis(each), true)).toContain(`\u001b[${colour}m${mark}\u001b[39m`)
  })

  test('is the same text with and without colours', () => {
    const findings = diagnosis(ERROR, WARNING)
    expect(stripVTControlCharacters(textReport(findings, true))).toBe(textReport(findings, false))
  })

  test.each([
    ['line breaks', 'a\r\n✗ b', 'a ✗ b'],
    ['line separators of Unicode', 'a\u2028b\u2029c', 'a b c'],
    ['sequences that control a terminal', '\u001b[2Ja\u001b]0;title\u0007b', ' [2Ja ]0;title b'],
    ['control characters of eight bits', 'a\u009b31mb', 'a 31mb'],
    ['backspaces', 'ab\b\b\u007fc', 'ab c'],
    ['marks that turn text around', 'a\u202etxt\u202c\u2066b', 'a txt b'],
  ])('has no %s of names and bodies', (_, seen, expected) => {
    const lines = textReport(diagnosis(of('page-status', seen, seen)), false).split('\n')
    expect(lines.slice(1, 3)).toEqual([`  seen  ${expected}`, `  fix   ${expected}`])
  })

  test('keeps characters outside of ASCII', () => {
    expect(textReport(diagnosis(of('page-status', 'größe → 名 😀')), false)).toContain(
      '  seen  größe → 名 😀\n',
    )
  })
})

describe('the JSON report', () => {
  test('has the page, the trace and the findings', () => {
    expect(JSON.parse(jsonReport(diagnosis(ERROR)))).toEqual({
      page: 'https://www.example.com/a?token=REDACTED',
      traceId: TRACE_ID,
      findings: [ERROR],
    })
  })

  test('has an empty list without findings', () => {
    expect(JSON.parse(jsonReport(diagnosis()))).toMatchObject({ findings: [] })
  })

  test('keeps every character of a value', () => {
    const seen = 'a\n"\u001b\u2028\ud83d'
    expect(JSON.parse(jsonReport(diagnosis(of('page-status', seen))))).toMatchObject({ findings: [{ seen }] })
  })
})

interface SarifLog {
  readonly $schema: string
  readonly version: string
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly SarifRule[] } }
    readonly results: readonly SarifResult[]
  }[]
}
interface SarifRule {
  readonly id: string
  readonly defaultConfiguration: { readonly level: string }
}
interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } }
  }[]
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
describe('the SARIF report', () => {
  const run = (...findings: readonly Finding[]) => {
    const log = JSON.parse(sarifReport(diagnosis(...findings))) as SarifLog
    const [first, ...others] = log.runs
    if (!first || others.length > 0) throw new Error('the log has not one run')
    return { log, driver: first.tool.driver, results: first.results }
  }

  test('has the required properties of a log of version 2.1.0', () => {
    const { log, driver } = run()
    expect(log.version).toBe('2.1.0')
    expect(log.$schema).toMatch(/^https:.*sarif-2\.1\.0\.json$/)
    expect(driver.name).toMatch(/\S/)
  })

  test('has a list of results even without findings, which says that the tool ran', () => {
    expect(run()).toMatchObject({ results: [], driver: { rules: [] } })
  })

  test('has one rule for findings of one kind', () => {
    const { driver, results } = run(WARNING, ERROR, WARNING)
    expect(driver.rules.map(({ id }) => id)).toEqual(['cors-timing', 'page-status'])
    expect(results.map(({ ruleIndex }) => ruleIndex)).toEqual([0, 1, 0])
  })

  test('has results whose rule is that of their index', () => {
    const { driver, results } = run(...IDS.map((id) => of(id)))
    expect(results.map(({ ruleIndex }) => driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    )
  })

  test('has only levels of SARIF', () => {
    const { driver, results } = run(...IDS.map((id) => of(id)))
    const levels = ['error', 'warning', 'note', 'none']
    expect(
      [...results, ...driver.rules.map((rule) => rule.defaultConfiguration)].filter(
        ({ level }) => !levels.includes(level),
      ),
    ).toEqual([])
  })

  test('has the level of the finding, and that of the catalogue as the default', () => {
    const { driver, results } = run(finding('relay-clock', { seen: 'it', fix: '', severity: 'error' }))
    expect([results[0]?.level, driver.rules[0]?.defaultConfiguration.level]).toEqual(['error', 'warning'])
  })

  test('has a message of title, value and fix', () => {
    expect(run(ERROR).results[0]?.message.text).toBe('The page has an error status: it. Change it.')
  })

  test('has a valid address without secrets as the location of each result', () => {
    const locations = run(ERROR, NOTE).results.flatMap((result) => result.locations)
    const addresses = locations.map(({ physicalLocation }) => physicalLocation.artifactLocation.uri)
    expect(addresses).toEqual(Array(2).fill('https://www.example.com/a?token=REDACTED'))
    expect(addresses.every((address) => new URL(address).href === address)).toBe(true)
  })
})
