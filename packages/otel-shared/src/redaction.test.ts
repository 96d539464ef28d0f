import { describe, expect, test } from 'vitest'
import { redactPath, redactSql, redactText, redactUrl } from './redaction.ts'

describe('a table of secrets: none is left in any text', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
  test.each([
    ['an e-mail address', 'sent to anna.berg+shop@mail.example.co.uk today', 'anna.berg'],
    ['an encoded e-mail address', 'q=anna%40example.com', 'anna'],
    ['a JSON web token', `token was ${jwt}`, 'dozjgNryP4J3jVmNHl0w5N'],
    ['a bearer token', 'Authorization: Bearer abcdef1234567890', 'abcdef1234567890'],
    ['basic credentials', 'Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNz'],
    ['a password in a message', 'login failed, password=hunter2!', 'hunter2'],
    ['a password in JSON', '{"password": "hunter2"}', 'hunter2'],
    ['an API key', 'api_key: 0123456789abcdef', '0123456789abcdef'],
    ['an access token', 'access_token=ya29.a0AfH6SMBx', 'ya29'],
    ['a client secret', 'client_secret=s3cr3t', 's3cr3t'],
    ['a session id', 'sessionid=deadbeef', 'deadbeef'],
    ['a payment key', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', '4eC39HqLyjWDarjtT1zdp7dc'],
    ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', '16C7e42F292c'],
    ['a cloud access key', 'AKIAIOSFODNN7EXAMPLEKEYS', 'IOSFODNN7'],
    ['a Slack token', 'xoxb-123456789012-abcdefghijkl', 'abcdefghijkl'],
    ['a card number', 'card 4242 4242 4242 4242 refused', '4242 4242'],
    ['a card number with dashes', 'card 4000-0000-0000-0002', '4000-0000'],
    ['user info of an address', 'cannot reach https://root:toor@db.example/', 'toor'],
  ])('%s', (_, text, secret) => {
    expect(redactText(text)).not.toContain(secret)
    expect(redactText(text)).toContain('REDACTED')
  })

  test.each([
    'GET /api/products/:id',
    'TypeError: Cannot read properties of undefined (reading "price")',
    'at checkout (https://shop.example/assets/index-4fz1.js:12:34)',
    'order 20261121-0042 took 1234 ms',
    '0af7651916cd43dd8448eb211c80319c',
  ])('%s stays readable', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

describe('addresses', () => {
  test.each([
    ['https://shop.example/a?q=umbrella&page=2', 'https://shop.example/a?q=REDACTED&page=REDACTED'],
    ['https://anna:pw@shop.example/a', 'https://REDACTED:REDACTED@shop.example/a'],
    ['//anna@shop.example/a', '//REDACTED:REDACTED@shop.example/a'],
    ['https://shop.example/#access_token=abc', 'https://shop.example/'],
    ['/reset/anna@example.com', '/reset/REDACTED'],
    ['/a?flag&x=', '/a?flag&x=REDACTED'],
    ['', ''],
    ['https://shop.example/a?eyJhbGciOiJI.eyJzdWIi.sig', 'https://shop.example/a?REDACTED'],
  ])('%j becomes %j', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted)
  })

  test('values of listed parameters stay, unless they are secrets themselves', () => {
    const options = { keepQuery: ['page', 'q'] }
    expect(redactUrl('/a?page=2&q=anna@example.com&token=1', options)).toBe(
      '/a?page=2&q=REDACTED&token=REDACTED',
    )
  })

  test('a reset link’s token in the path is redacted, an ordinary path is not', () => {
    expect(redactPath('/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc')).toBe('/reset/REDACTED')
    expect(redactPath('/pay/4242424242424242')).toBe('/pay/REDACTED')
    expect(redactPath('/k/sk_abcdefghijklmnop')).toBe('/k/REDACTED')
    expect(redactPath('/x;token=abc')).toBe('/x;token=REDACTED')
    expect(redactPath('/api/products/last-umbrella-of-the-summer')).toBe(
      '/api/products/last-umbrella-of-the-summer',
    )
  })
})

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
  ])('%s', (sql, redacted) => {
    expect(redactSql(sql)).toBe(redacted)
  })
})
