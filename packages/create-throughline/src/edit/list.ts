import {
  afterCommentAt,
  type Edit,
  indentUnitOf,
  insertAt,
  lineIndentAt,
  newlineOf,
  withoutComments,
} from './text.ts'

/** An object or array literal in a text: its braces or brackets included. */
export interface Literal {
  readonly start: number
  readonly end: number
  readonly members: readonly { readonly start: number; readonly end: number }[]
  /** The offset of the comma after the last member. */
  readonly trailingComma: number | undefined
}

export interface Insertion {
  /** The code of the new member. Later lines are indented relative to its first line, in steps of `indentUnitOf(text)`. */
  readonly member: string
  /** The index that the member gets. */
  readonly index: number
  /** Whether a member that is inserted into an empty literal gets a trailing comma, which JSON does not allow. */
  readonly commaInEmpty: boolean
}

/** Inserts a member into a literal, in the style of the members beside it. Everything else stays as it is. */
export function insertMember(text: string, literal: Literal, insertion: Insertion): Edit[] {
  const { members } = literal
  const { member, index } = insertion
  if (members.length === 0) return insertIntoEmpty(text, literal, insertion)
  if (!spansLines(text, literal)) return insertIntoLine(literal, oneLine(member), index)
  const newline = newlineOf(text)
  const indent = lineIndentAt(text, members[0]?.start ?? literal.start)
  const line = newline + indent + indentLines(member, indent, newline)
  const before = members[index - 1]
  if (!before) return [insertAt(afterCommentAt(text, literal.start + 1), `${line},`)]
  if (index < members.length) {
    const comma = before.end + withoutComments(text.slice(before.end, members[index]?.start)).indexOf(',')
    return [insertAt(afterCommentAt(text, comma + 1), `${line},`)]
  }
  const { trailingComma } = literal
  if (trailingComma !== undefined) return [insertAt(afterCommentAt(text, trailingComma + 1), `${line},`)]
  const end = afterCommentAt(text, before.end)
  return end === before.end ? [insertAt(end, `,${line}`)] : [insertAt(before.end, ','), insertAt(end, line)]
}

function insertIntoEmpty(text: string, { start, end }: Literal, { member, commaInEmpty }: Insertion): Edit[] {
  const newline = newlineOf(text)
  const base = lineIndentAt(text, start)
  const indent = base + indentUnitOf(text)
  const comma = commaInEmpty ? ',' : ''
  const line = newline + indent + indentLines(member, indent, newline) + comma
  const inside = text.slice(start + 1, end - 1)
  return inside.trim() === ''
    ? [{ offset: start + 1, length: inside.length, content: `${line}${newline}${base}` }]
    : [insertAt(start + 1, line)]
}

function insertIntoLine({ members, end, trailingComma }: Literal, member: string, index: number): Edit[] {
  const next = members[index]
  if (next) return [insertAt(next.start, `${member}, `)]
  if (trailingComma !== undefined) return [insertAt(trailingComma + 1, ` ${member},`)]
  return [insertAt(members.at(-1)?.end ?? end - 1, `, ${member}`)]
}

function spansLines(text: string, { start, members }: Literal): boolean {
  return text.slice(start, members[0]?.start).includes('\n')
}

function oneLine(member: string): string {
  return member
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .replaceAll(', }', ' }')
}

function indentLines(member: string, indent: string, newline: string): string {
  return member.replaceAll('\n', newline + indent)
}
