import type { Manifest } from '../detect/manifest.ts'
import type { Project } from '../project/project.ts'

/** The packages that tracing needs. */
type PackageName = '@throughline/otel-web' | '@throughline/otel-edge'

/** Code that the user has to add, because a file cannot be edited safely. */
export interface ManualEdit {
  readonly path: string
  /** What to do with the code, in one sentence. */
  readonly task: string
  readonly code: string
}

/** What is planned while the parts of a project are looked at. New texts of files are in `project`. */
export interface Draft {
  readonly project: Project
  readonly manifest: Manifest
  readonly packages: Set<PackageName>
  readonly manual: ManualEdit[]
  /** What the user should know or do afterwards, one sentence each. */
  readonly notes: string[]
}

/** Plans the text that `edit` returns for a file. If it returns `undefined`, the code is left to the user. */
export function editFile(draft: Draft, manual: ManualEdit, edit: (text: string) => string | undefined): void {
  const edited = edit(draft.project.read(manual.path) ?? '')
  if (edited === undefined) draft.manual.push(manual)
  else draft.project.write(manual.path, edited)
}
