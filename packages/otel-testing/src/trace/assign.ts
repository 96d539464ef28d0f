/**
 * Assigns each wanted item one of its candidates that no other has, for as many items as possible. Earlier items have
 * precedence, and get their first free candidate unless a later item would have none.
 *
 * @param candidates the candidates of each item
 * @returns the candidate of each item, `undefined` for an item that gets none
 */
export function assign<Candidate>(candidates: readonly (readonly Candidate[])[]): (Candidate | undefined)[] {
  const owners = new Map<Candidate, number>()
  // An augmenting path of a bipartite matching: an owner moves to another of its candidates.
  const place = (item: number, tried: Set<Candidate>): boolean => {
    const own = candidates[item] ?? []
    const free = own.find((each) => !owners.has(each))
    const found =
      free ??
      own.find((each) => {
        if (tried.has(each)) return false
        tried.add(each)
        return place(owners.get(each) ?? item, tried)
      })
    if (found === undefined) return false
    owners.set(found, item)
    return true
  }
  for (const item of candidates.keys()) place(item, new Set())
  const assigned: (Candidate | undefined)[] = candidates.map(() => undefined)
  for (const [candidate, item] of owners) assigned[item] = candidate
  return assigned
}
