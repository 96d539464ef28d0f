import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Reads the deprecated attributes with stable replacements from the declarations of `@opentelemetry/semantic-conventions`. The
 * others belong to conventions that still change. Exporters write `otel.library.*` beside the new names, as the specification asks.
 *
 * @returns a line for each: the key, and what replaces it, separated by commas.
 */
export function readDeprecatedAttributes(): string[] {
  const index = new URL(import.meta.resolve('@opentelemetry/semantic-conventions/incubating'))
  const [experimental, stable] = ['experimental', 'stable'].map((name) =>
    readFileSync(fileURLToPath(new URL(`${name}_attributes.d.mts`, index)), 'utf8'),
  )
  const isStable = (key: string) => stable?.includes(`: "${key}";`)
  const found = [
    ...`${experimental}${stable}`.matchAll(/@deprecated ([^\n]+)\n \*\/\ndeclare const ATTR_\w+: "([^"]+)"/g),
  ]
  const lines = found.flatMap(([, reason = '', key = '']) => {
    const names = [...reason.matchAll(/`([\w.]+)`/g)].flatMap(([, name = '']) =>
      isStable(name) ? [name] : [],
    )
    return names.length > 0 && !key.startsWith('otel.') ? [`${key} ${[...new Set(names)].join(',')}`] : []
  })
  return lines.sort()
}

/** The module `src/doctor/trace/deprecated-attributes.ts`, which `node packages/throughline/build/deprecated-attributes.ts` writes. */
export function deprecatedAttributesModule(): string {
  return `/**
 * Deprecated attributes of the semantic conventions and their replacements, from the declarations of
 * \`@opentelemetry/semantic-conventions\`. Written by \`node packages/throughline/build/deprecated-attributes.ts\`.
 */
const LINES = \`
${readDeprecatedAttributes().join('\n')}
\`

/** What replaces each deprecated attribute: one or more keys. */
export const DEPRECATED_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map(
  LINES.trim()
    .split('\\n')
    .map((line) => {
      const [key = '', replacements = ''] = line.split(' ')
      return [key, replacements.split(',')]
    }),
)
`
}

if (import.meta.main) {
  writeFileSync(
    join(import.meta.dirname, '../src/doctor/trace/deprecated-attributes.ts'),
    deprecatedAttributesModule(),
  )
}
