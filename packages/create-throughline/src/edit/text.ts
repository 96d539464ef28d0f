/** A replacement of `length` characters at `offset`, as `applyEdits` of jsonc-parser takes it. */
export interface Edit {
  readonly offset: number
  readonly length: number
  readonly content: string
}

/** The edit that inserts a text. */
export function insertAt(offset: number, content: string): Edit {
  return { offset, length: 0, content }
}

/** The line ending of a text: that of its first line. */
export function newlineOf(text: string): '\n' | '\r\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n'
}

/** One level of indentation, as the first indented line has it. */
export function indentUnitOf(text: string): string {
  const [, indent = '  '] = /^([ \t]+)[^\s*]/m.exec(text) ?? []
  return indent.startsWith('\t') ? '\t' : indent
}

/** The white space before the first character of the line at `offset`. */
export function lineIndentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? ''
}

/**
 * The end of the line at `offset` if only white space and comments follow there, and `offset` otherwise: text that is
 * inserted there leaves the comment with the code before it.
 */
export function afterCommentAt(text: string, offset: number): number {
  const [rest = ''] = /^[^\r\n]*/.exec(text.slice(offset)) ?? []
  return withoutComments(rest).trim() === '' ? offset + rest.length : offset
}

/** Code that has no strings, with spaces in place of its comments, so that offsets stay. */
export function withoutComments(code: string): string {
  return code.replace(/\/\/[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\//g, ({ length }) => ' '.repeat(length))
}
