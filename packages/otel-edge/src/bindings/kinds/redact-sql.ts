/** Replaces the literals of an SQL statement by `?`, and removes its comments. */
export function redactSql(sql: string): string {
  return sql
    .replace(SQL_TOKEN, (_, comment?: string, identifier?: string) =>
      identifier !== undefined ? identifier : comment !== undefined ? ' ' : '?',
    )
    .replace(/\s+/g, ' ')
    .trim()
}

// A single pass, so that dashes within a string do not start a comment, and digits within a quoted name are not a literal. An
// unclosed string or comment extends to the end of the statement, so that matching takes linear time.
const SQL_TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|("[^"]*(?:""[^"]*)*"|`[^`]*`|\[[^[\]]*\])|[xX]?'[^']*(?:''[^']*)*(?:'|$)|(?<![\w$@:?])-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b/g
