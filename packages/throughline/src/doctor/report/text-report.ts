import { styleText } from 'node:util'
import { displayUrl } from '../../http/display-url.ts'
import type { Diagnosis } from '../run-doctor.ts'
import type { Severity } from '../target/catalogue.ts'
import type { Finding } from '../target/finding.ts'
import { type DeepSummary, summarizeDeep } from './deep-summary.ts'

const MARKS = { error: ['✗', 'red'], warning: ['!', 'yellow'], note: ['i', 'cyan'] } as const

/** The report for people. */
export function textReport({ target, findings }: Diagnosis, hasColours: boolean): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    hasColours ? styleText(format, text, { validateStream: false }) : text
  const blocks = findings.map((each) => {
    const [mark, colour] = MARKS[each.severity]
    return [
      `${paint(colour, mark)} ${paint('bold', each.title)}`,
      `  seen  ${printable(each.seen)}`,
      `  fix   ${printable(each.fix)}`,
      `  ${paint('dim', each.docs)}`,
      '',
    ].join('\n')
  })
  const deep = summarizeDeep(target)
  return [
    ...blocks,
    ...(deep ? [describeDeep(deep)] : []),
    `${displayUrl(target.page.response.url)}: ${summary(findings)}`,
  ].join('\n')
}

function describeDeep({ requests, arrived, spans, services, counted, logLines }: DeepSummary): string {
  return printable(
    `${arrived} of ${requests} requests arrived: ${spans} spans of ${services.join(', ')}, ${counted} with counts, ${logLines} log lines`,
  )
}

/** Names and bodies of others can contain line breaks, sequences that control a terminal, and marks that turn text around. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ')
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length
  const counts = [
    [count('error'), 'error'],
    [count('warning'), 'warning'],
    [count('note'), 'note'],
  ] as const
  const parts = counts.flatMap(([number, word]) =>
    number > 0 ? [`${number} ${word}${number > 1 ? 's' : ''}`] : [],
  )
  return parts.length > 0 ? parts.join(', ') : 'no fault found'
}
