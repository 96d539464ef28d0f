const COLORS = 12

/**
 * Returns a function that names the colour of a service. For a given set of services the colours are always the same.
 * Two services share a colour only when there are more services than colours.
 */
export function serviceColors(services: readonly string[]): (service: string) => string {
  const taken = new Map<number, string>()
  const colors = new Map<string, string>()
  for (const service of [...new Set(services)].sort()) {
    let index = hash(service) % COLORS
    for (let tries = 0; taken.has(index) && tries < COLORS; tries++) index = (index + 5) % COLORS
    taken.set(index, service)
    colors.set(service, `var(--service-${index})`)
  }
  return (service) => colors.get(service) ?? 'var(--service-0)'
}

function hash(text: string): number {
  let value = 2166136261
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 16777619)
  }
  return value >>> 0
}
