import type { Dependency } from '../data/api.ts'

/** A service in the graph. Its column depends on its callers, its row on the other services in the column. */
export interface GraphNode {
  readonly name: string
  readonly column: number
  readonly row: number
}

/**
 * Assigns services to columns, callers left of the services they call. A cycle is broken at the call that closes it.
 */
export function layOutServices(dependencies: readonly Dependency[]): GraphNode[] {
  const names = [...new Set(dependencies.flatMap(({ parent, child }) => [parent, child]))].sort()
  const called = new Set(dependencies.map(({ child }) => child))
  const columns = new Map<string, number>()
  const visit = (name: string, column: number, path: ReadonlySet<string>) => {
    if (path.has(name) || column <= (columns.get(name) ?? -1)) return
    columns.set(name, column)
    const longer = new Set([...path, name])
    for (const { parent, child } of dependencies) if (parent === name) visit(child, column + 1, longer)
  }
  for (const name of names) if (!called.has(name)) visit(name, 0, new Set())
  for (const name of names) if (!columns.has(name)) visit(name, 0, new Set())
  const rows = new Map<number, number>()
  return names.map((name) => {
    const column = columns.get(name) ?? 0
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    return { name, column, row }
  })
}
