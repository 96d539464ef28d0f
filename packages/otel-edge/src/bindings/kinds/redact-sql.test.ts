import { describe, expect, test } from 'vitest'
import { redactSql } from './redact-sql.ts'

describe('SQL', () => {
  test.each([
    [
      "SELECT * FROM users WHERE name = 'O''Brien' AND age > 42",
      'SELECT * FROM users WHERE name = ? AND age > ?',
    ],
    ['INSERT INTO t1 VALUES (1, -2.5, 1e10, 0xFF)', 'INSERT INTO t1 VALUES (?, ?, ?, ?)'],
    ["UPDATE a SET b = X'DEADBEEF' -- secret\nWHERE id = ?1", 'UPDATE a SET b = ? WHERE id = ?1'],
    ['SELECT col1, "col 2" FROM table2 /* hint */ LIMIT 10', 'SELECT col1, "col 2" FROM table2 LIMIT ?'],
    ['SELECT $1, :name, @p2', 'SELECT $1, :name, @p2'],
    ["SELECT '--not a comment 7'", 'SELECT ?'],
    ["SELECT 'unclosed secret", 'SELECT ?'],
    ["SELECT 'it''s an unclosed secret", 'SELECT ?'],
    ['SELECT 1 /* unclosed secret', 'SELECT ?'],
  ])('SQL is redacted: %s', (sql, redacted) => {
    expect(redactSql(sql)).toBe(redacted)
  })
})
