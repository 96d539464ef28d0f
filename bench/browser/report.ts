import { cpus } from 'node:os'
import type { Table } from './measure.ts'
import { type Product, versionsOf } from './products.ts'

/** The page of results: date and machine, the summary, each table, the versions and the limits of the figures. */
export function formatReport(
  tables: readonly Table[],
  products: readonly Product[],
  chromiumVersion: string,
): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), shared with other work`
  return `# The browser SDK beside its peers

Written by \`npm run bench:browser\` on ${new Date().toISOString().slice(0, 10)}: Chromium ${chromiumVersion}, Node ${process.version}, ${machine}.
Do not edit: the command overwrites this page. \`npm run bench:browser -- --quick\` prints two products in under three minutes; \`--products=sentry,dash0 --measures=overlap,leaving\` some of it. The code is in \`bench/browser\`, one file a measure.

Every product is set up as its documentation says (\`bench/browser/products\`, a few lines each), bundled and minified by esbuild, in the head of the same page, in a profile and on an origin of its own. One local server is the page, its backend and every product's collector; it decodes each product's own format just enough to find a request's span and follow its parents to the root. The machine is shared, so times are CPU times, as differences from the same page without an SDK, in medians of interleaved rounds: compare ratios, not single figures.

${formatSummary(tables, products)}
${tables.map((table) => `\n${formatTable(table)}`).join('\n')}

## Versions

${products.map((product) => `- ${product.label}: ${versionsOf(product).join(', ') || 'this repository'}`).join('\n')}

## How the products are compared, and what is not covered

- The span id is the one the request carried: \`traceparent\` (Throughline, OpenTelemetry, Dash0, Faro, Honeycomb, Elastic, Splunk, and Datadog by \`propagatorTypes\`), \`sentry-trace\` for Sentry.
- Datadog has no span for an action: its resource events name the actions they belong to, which are used. A request with several actions counts as wrong.
- Faro writes the user action's name on the span (its buttons carry \`data-faro-user-action-name\`) which is used as the action.
- Elastic's transactions have no start time, so its click transactions are identified by name (\`data-transaction-name\`).
- Dash0 has no action spans: each request is a trace of its own, so with two clicks every request is lost and none is wrong.
- Sentry assigns requests to clicks only with its \`interactionsIntegration\`, which is switched on.
- All products send to a collector on the page's origin over HTTP/1.1, as Throughline recommends. Most peers usually send to another origin, where a hanging export does not share the page's six connections.
- Patterns need a context manager that can be read from outside, which only Throughline and OpenTelemetry have. The corpus is Throughline's own.
- "Reload" is a reload while the collector cannot be reached: a page that is offline altogether cannot be reloaded without a service worker.
- Limits of a product apply, and what it drops costs little: Elastic sends 80 events a minute, Dash0 128 in ten seconds and 4,096 in ten minutes. "Fetches delivered" shows the share of the work that the cost covers.
`
}

/** The summary columns of all measures, one row each, with a column for each product. */
function formatSummary(tables: readonly Table[], products: readonly Product[]): string {
  return formatGrid(
    products.map(({ label }) => label),
    tables.flatMap(({ title, summary, rows }) =>
      summary.map((column) => [
        `${title}: ${column.trim()}`,
        ...products.map((product) => rows.get(product)?.[column] ?? '–'),
      ]),
    ),
  )
}

/** One measure: title, what was done, and the figures. */
export function formatTable({ title, text, columns, rows }: Table): string {
  const grid = formatGrid(
    columns,
    [...rows].map(([{ label }, cells]) => [label, ...columns.map((column) => cells[column] ?? '–')]),
  )
  return `## ${title}\n\n${text}\n\n${grid}`
}

/** A Markdown table whose first column has no heading. */
function formatGrid(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(['', ...columns.map((column) => column.trim())]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map(line),
  ].join('\n')
}
