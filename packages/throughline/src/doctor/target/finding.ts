import { CATALOGUE, type FindingId, type Severity } from './catalogue.ts'

/** A fault of the chain. */
export interface Finding {
  readonly id: FindingId
  readonly severity: Severity
  /** What is wrong, in a few words. */
  readonly title: string
  /** The value that was seen, without credentials. */
  readonly seen: string
  /** What to change. */
  readonly fix: string
  /** The page of the documentation, relative to the repository. */
  readonly docs: string
}

export interface FindingDetails {
  readonly seen: string
  readonly fix: string
  /** Default: that of the catalogue. */
  readonly severity?: Severity
}

/** Creates a finding of the catalogue. */
export function finding(id: FindingId, { seen, fix, severity }: FindingDetails): Finding {
  const [usual, title] = CATALOGUE[id]
  return {
    id,
    severity: severity ?? usual,
    title,
    seen,
    fix,
    docs: `docs/doctor/${id}.md`,
  }
}
