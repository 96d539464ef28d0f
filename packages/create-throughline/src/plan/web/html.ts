import { posix } from 'node:path'
import { findElements, insertInHead } from '../../edit/html.ts'
import type { Draft } from '../draft.ts'
import { editFile } from '../draft.ts'

/** Plans tracing of pages without a build: a script tag in each of them. */
export function planHtml(draft: Draft, folder: string, serviceName: string): void {
  const { project } = draft
  draft.packages.add('@throughline/otel-web')
  const index = posix.join(folder, 'index.html')
  const name = serviceName.replace(/[&"<>]/g, '')
  const tag = `<script src="/throughline.js" data-service-name="${name}" data-endpoint="http://localhost:4318/v1/traces"></script>`
  for (const path of [...project.list('.html', folder), ...project.list('.htm', folder)]) {
    const text = project.read(path) ?? ''
    const edited = hasTag(text) ? text : insertInHead(text, tag)
    // A fragment, which other pages include or request.
    if (edited === undefined && path !== index) continue
    if (hasPolicy(text))
      draft.notes.push(
        `${path} has a content security policy: add http://localhost:4318 to its connect-src (docs/embed.md#content-security-policy).`,
      )
    editFile(draft, { path, task: 'Add the script to the head', code: tag }, () => edited)
  }
  draft.notes.push(
    'Before you deploy, remove data-endpoint and serve /v1/traces: "In production" in docs/frameworks/html.md.',
  )
}

function hasPolicy(text: string): boolean {
  return findElements(text).some(
    ({ name, attributes }) =>
      name === 'meta' && attributes['http-equiv']?.toLowerCase() === 'content-security-policy',
  )
}

/** True if a page has the script tag. */
export function hasTag(text: string): boolean {
  return findElements(text).some(
    ({ name, attributes }) => name === 'script' && /(?:^|\/)throughline\.js$/.test(attributes.src ?? ''),
  )
}
