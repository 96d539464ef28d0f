import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { newlineOf } from './text.ts'

/** Parses TOML. Returns `undefined` if it is invalid. */
export function parseToml(text: string): Record<string, unknown> | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Appends a text to an array at the top level, or adds that array. Returns `undefined` if the text cannot be edited. */
export function addTomlElement(text: string, key: string, value: string): string | undefined {
  const before = parseToml(text)
  if (!before) return undefined
  const present = before[key] ?? []
  if (!Array.isArray(present)) return undefined
  const element = JSON.stringify(value)
  const open = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*\\[`, 'm').exec(topLevelOf(text))
  if (open) {
    const end = open.index + open[0].length
    const comma = present.length === 0 ? '' : /\s/.test(text.charAt(end)) ? ',' : ', '
    const edited = text.slice(0, end) + element + comma + text.slice(end)
    return verify(edited, { ...before, [key]: [value, ...present] })
  }
  return verify(insertLine(text, `${key} = [${element}]`), { ...before, [key]: [value] })
}

/** Adds a text to a table, or adds that table. Returns `undefined` if the text cannot be edited. */
export function addTomlProperty(text: string, table: string, key: string, value: string): string | undefined {
  const before = parseToml(text)
  if (!before) return undefined
  const newline = newlineOf(text)
  const line = `${key} = ${JSON.stringify(value)}`
  const header = new RegExp(`^[ \\t]*\\[[ \\t]*${table}[ \\t]*\\][^\\r\\n]*`, 'm').exec(text)
  const end = header ? header.index + header[0].length : 0
  const edited = header
    ? `${text.slice(0, end)}${newline}${line}${text.slice(end)}`
    : `${text.trimEnd()}${newline}${newline}[${table}]${newline}${line}${newline}`
  const present = before[table] as Record<string, unknown> | undefined
  return verify(edited, { ...before, [table]: { ...present, [key]: value } })
}

/** The part before the first table. */
function topLevelOf(text: string): string {
  const table = text.search(/^[ \t]*\[/m)
  return table < 0 ? text : text.slice(0, table)
}

/** Inserts a line after the compatibility date, or else after the last line of the top level that is no comment. */
function insertLine(text: string, line: string): string {
  const newline = newlineOf(text)
  const top = topLevelOf(text)
  const date = /^[ \t]*compatibility_date[^\r\n]*/m.exec(top)
  if (date) {
    const end = date.index + date[0].length
    return `${text.slice(0, end)}${newline}${line}${text.slice(end)}`
  }
  const lines = top.split('\n')
  const count = lines.findLastIndex((each) => !/^\s*(?:#|$)/.test(each)) + 1
  const start = lines.slice(0, count).join('\n').trimEnd()
  const rest = text.slice(start.length)
  return start === '' ? line + newline + rest : start + newline + line + (rest || newline)
}

/** The edited text, if it means what is expected. Multi-line strings, for example, may contain what looks like a line. */
function verify(edited: string, expected: Record<string, unknown>): string | undefined {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
  return isDeepStrictEqual(plain(parseToml(edited)), plain(expected)) ? edited : undefined
}
