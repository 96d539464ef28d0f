import { VERSION } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import type { Diagnosis } from '../run-doctor.ts'
import { CATALOGUE, type FindingId } from '../target/catalogue.ts'
import type { Finding } from '../target/finding.ts'

/**
 * The report as SARIF, which code scanning services and editors read. The location of each result is the page.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport({ target, findings }: Diagnosis): string {
  const uri = displayUrl(target.page.response.url)
  const ids = [...new Set(findings.map(({ id }) => id))]
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'throughline doctor', version: VERSION, rules: ids.map(rule) } },
        results: findings.map((each) => result(each, ids.indexOf(each.id), uri)),
      },
    ],
  }
  return JSON.stringify(log, undefined, 2)
}

function rule(id: FindingId) {
  const [severity, title] = CATALOGUE[id]
  return {
    id,
    shortDescription: { text: title },
    help: { text: `docs/doctor/${id}.md` },
    defaultConfiguration: { level: severity },
  }
}

/** The severities of the catalogue are levels of SARIF. */
function result({ id, severity, title, seen, fix }: Finding, ruleIndex: number, uri: string) {
  return {
    ruleId: id,
    ruleIndex,
    level: severity,
    message: { text: `${title}: ${seen}. ${fix}` },
    locations: [{ physicalLocation: { artifactLocation: { uri } } }],
  }
}
