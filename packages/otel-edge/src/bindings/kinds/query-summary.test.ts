import { expect, test } from 'vitest'
import { querySummary } from './query-summary.ts'

test.each([
  ['SELECT * FROM products WHERE id = 7', 'SELECT products'],
  ["INSERT INTO notes VALUES ('mail from anna about x')", 'INSERT notes'],
  ['INSERT INTO notes VALUES ("mail from anna about x")', 'INSERT notes'],
  ["SELECT 'unclosed from anna", 'SELECT'],
  ['-- who asked: from anna\nSELECT * FROM a', 'SELECT a'],
  ['/* from anna */ (SELECT 1 FROM a JOIN `b c` ON 1)', 'SELECT a b c'],
  ['DELETE FROM "order items"', 'DELETE order items'],
  ['INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET b = 2', 'INSERT a'],
  ['WITH t(x) AS (SELECT max(y) FROM a) UPDATE b SET c = 1', 'UPDATE a b'],
  ['CREATE TABLE IF NOT EXISTS a (b)', 'CREATE a'],
  ['', ''],
])('%s is summarised as %j', (sql, summary) => {
  expect(querySummary(sql)).toBe(summary)
})
