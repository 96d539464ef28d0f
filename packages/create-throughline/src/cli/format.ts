import { styleText } from 'node:util'
import { createTwoFilesPatch } from 'diff'
import type { ManualEdit } from '../plan/draft.ts'
import type { Change } from '../project/project.ts'

/** The changes as a unified diff, in colour on a terminal. */
export function formatDiff(changes: readonly Change[]): string {
  return changes
    .map(({ path, before, after }) => {
      const from = before === undefined ? '/dev/null' : `a/${path}`
      // The diff begins with a line of `=`, which the diffs of Git do not have.
      return createTwoFilesPatch(from, `b/${path}`, before ?? '', after).replace(/^={10,}\n/, '')
    })
    .join('')
    .split('\n')
    .map(colour)
    .join('\n')
}

function colour(line: string): string {
  if (!process.stdout.isTTY) return line
  if (/^(?:\+\+\+|---) /.test(line)) return styleText('bold', line)
  if (line.startsWith('+')) return styleText('green', line)
  if (line.startsWith('-')) return styleText('red', line)
  return line.startsWith('@@') ? styleText('cyan', line) : line
}

/** The edits that the user has to make by hand: file, task and code of each. */
export function formatManual(edits: readonly ManualEdit[]): string {
  return edits
    .map(({ path, task, code }) => `${path}: ${task}:\n\n${code.replace(/^(?=.)/gm, '  ')}\n`)
    .join('\n')
}
