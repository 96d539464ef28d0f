/** The names that the configuration file of a tool may have. */
export function configNames(tool: string): string[] {
  return ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map((ending) => `${tool}.config.${ending}`)
}
