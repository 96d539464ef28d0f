/**
 * Assigns each wanted item one of its candidates that no other has, for as many as possible. Earlier items have precedence, and
 * get their first free candidate unless a later item would have none.
 */
export function assign<Wanted, Candidate>(
  wanted: readonly Wanted[],
  candidatesOf: (item: Wanted) => readonly Candidate[],
): Map<Wanted, Candidate> {
  const owners = new Map<Candidate, Wanted>()
  // An augmenting path of a bipartite matching: an owner moves to another of its candidates.
  const place = (item: Wanted, tried: Set<Candidate>): boolean => {
    const candidates = candidatesOf(item).filter((each) => !tried.has(each))
    const free = candidates.find((each) => !owners.has(each))
    const found =
      free ??
      candidates.find((each) => {
        if (tried.has(each)) return false
        tried.add(each)
        const owner = owners.get(each)
        return owner !== undefined && place(owner, tried)
      })
    if (found === undefined) return false
    owners.set(found, item)
    return true
  }
  for (const item of wanted) place(item, new Set())
  return new Map([...owners].map(([candidate, item]) => [item, candidate]))
}
