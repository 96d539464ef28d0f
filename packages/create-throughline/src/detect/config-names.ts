/** The names that the configuration file of a tool can have, in the order of the search. */
export function configNames(tool: string): string[] {
  return ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map((ending) => `${tool}.config.${ending}`)
}
