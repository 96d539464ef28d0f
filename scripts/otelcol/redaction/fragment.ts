import { SECRET_KEY } from '../../../packages/otel-shared/src/redaction/redact-attribute.ts'
import { ATTR_URL_FULL, ATTR_URL_QUERY } from '../../../packages/otel-shared/src/semconv.ts'
import { GATES } from './gates.ts'
import { redactionSteps, type Step } from './steps.ts'
import { replaceParts, toRe2 } from './to-re2.ts'

/** The file that `npm run otelcol-redaction` writes, from the root of the repository. */
export const REDACTION_FRAGMENT = 'deploy/otelcol/redaction.yaml'

/**
 * The texts of each context: maps of attributes, whose values are searched, and fields. In one list of statements, all would run
 * for each event, and not for spans without events.
 */
const TEXTS = {
  resource: { maps: ['resource.attributes'], fields: [] },
  scope: { maps: ['scope.attributes'], fields: ['scope.name'] },
  span: { maps: ['span.attributes'], fields: ['span.name', 'span.status.message'] },
  spanevent: { maps: ['spanevent.attributes'], fields: ['spanevent.name'] },
}

/** Removes what follows `#` in a text that is an address. */
const FRAGMENT_STEP: Step = {
  kind: 'fragment',
  pattern: toRe2('^(https?:\\/\\/[^#\\s]*)#.*', ''),
  replacement: '$1',
}

/** Writes the part of the Collector's configuration that redacts, from the table of secrets of otel-shared. */
export function formatRedactionFragment(): string {
  const steps = redactionSteps()
  // No key ends with this name and a quote.
  const secretKey = replaceParts(SECRET_KEY.source, [[`\\bpass(?=[=\\\\"'])|`, '']])
  return `# Written by \`npm run otelcol-redaction\` from packages/otel-shared/src/redaction. Do not edit.
processors:
  # Values whose key names a secret.
  redaction:
    allow_all_keys: true
    redact_all_types: true
    blocked_key_patterns:
      - ${quote(toRe2(secretKey, SECRET_KEY.flags))}
    summary: silent
  # Secrets within texts.
  transform/redaction:
    error_mode: ignore
    trace_statements:
${Object.entries(TEXTS)
  .map(([context, texts]) => formatGroup(context, statementsOf(context, texts, steps)))
  .join('')}`
}

function formatGroup(context: string, statements: readonly string[]): string {
  const all = context === 'span' ? [...statements, ...queryStatements()] : statements
  return `      - context: ${context}
        statements:
${all.map((statement) => `          - ${quote(statement)}\n`).join('')}`
}

interface Texts {
  readonly maps: readonly string[]
  readonly fields: readonly string[]
}

// The mask of the processor before, as the SDK writes it.
const MASK_STEP: Step = { kind: 'key', pattern: '^\\*{4}$', replacement: 'REDACTED' }

/** The statements for the texts of a context, each with the condition that the gate of its kind is open. */
function statementsOf(context: string, { maps, fields }: Texts, steps: readonly Step[]): string[] {
  const all = [MASK_STEP, FRAGMENT_STEP, ...steps]
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  const texts = [...maps.map((path) => `Concat(Values(${path}), "\\n")`), ...fields]
  const isOpen = (step: Step) => `where ${context}.cache["${step.kind}"] == true`
  return [
    `set(${context}.cache["text"], Concat([${texts.join(', ')}], "\\n"))`,
    `set(${context}.cache["lower"], ToLowerCase(${context}.cache["text"]))`,
    ...kinds.map((kind) => `set(${context}.cache["${kind}"], true) where ${gateCondition(context, kind)}`),
    ...maps.flatMap((path) => all.map((step) => `${replaceValues(path, step)} ${isOpen(step)}`)),
    ...fields.flatMap((path) => steps.map((step) => `${replaceField(path, step)} ${isOpen(step)}`)),
  ]
}

function gateCondition(context: string, kind: string): string {
  const gate = GATES[kind]
  if (!gate) throw new Error(`${kind} has no gate`)
  const matches = (pattern: string) => `IsMatch(${context}.cache["text"], ${literal(pattern)})`
  const contains = (part: string) => `Index(${context}.cache["lower"], ${literal(part)}) >= 0`
  const either = [...(gate.literals ?? []).map(contains), ...(gate.patterns ?? []).map(matches)].join(' or ')
  return gate.and ? `(${either}) and ${matches(gate.and)}` : either
}

function replaceValues(path: string, { pattern, replacement }: Step): string {
  return `replace_all_patterns(${path}, "value", ${literal(pattern)}, ${template(replacement)})`
}

function replaceField(path: string, { pattern, replacement }: Step): string {
  return `replace_pattern(${path}, ${literal(pattern)}, ${template(replacement)})`
}

/** All values of a query that has an attribute of its own; fragment and data of an address of any scheme. */
function queryStatements(): string[] {
  const query = `span.attributes["${ATTR_URL_QUERY}"]`
  const url = `span.attributes["${ATTR_URL_FULL}"]`
  return [
    `replace_pattern(${query}, ${literal('(^|&)([^=&]+=)[^&]*')}, ${template('$1$2REDACTED')}) where ${query} != nil`,
    `replace_pattern(${url}, ${literal('#.*')}, "") where ${url} != nil`,
    `replace_pattern(${url}, ${literal('(?i)^(data:[^,;]*)[,;].*')}, ${template('$1')}) where ${url} != nil`,
  ]
}

/** A replacement in the syntax of Go, as a string of OTTL. */
function template(replacement: string): string {
  return literal(replacement.replaceAll(/\$(\d)/g, '$${$1}'))
}

/** A string of OTTL. */
function literal(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** A scalar of YAML. The Collector replaces `$$` by `$`, and everything else after a `$` by a variable. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('$', '$$$$')}'`
}
