import { describe, expect, test } from 'vitest'
import { redactText } from './redact-text.ts'
import { redactUrl } from './redact-url.ts'

describe('secrets of a table in any text', () => {
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
    ['a refresh token', 'refresh_token=geheim', 'geheim'],
    ['an id token', 'id_token: geheim', 'geheim'],
    ['a variable of the environment', 'DB_PASSWORD=geheim', 'geheim'],
    ['a name in camel case', 'authToken=geheim', 'geheim'],
    ['a field of a form', 'user[password]=geheim', 'geheim'],
    ['a password in JSON in JSON', String.raw`{"body":"{\"password\":\"ge heim\"}"}`, 'heim'],
    ['a cookie', 'Cookie: theme=dark; sid=geheim', 'geheim'],
    ['a short bearer token', 'Bearer abc', 'abc'],
    ['an unknown scheme', 'Authorization: Custom a geheim', 'geheim'],
    ['a password of two words', '{"password":"correct horse"}', 'horse'],
    ['a password with a quote in it', String.raw`{"password":"a\"b geheim"}`, 'geheim'],
    ['a password that was cut off', '{"password":"correct horse bat', 'horse'],
    ['a query in the middle of a text', 'fetch https://x.y/?q=private failed', 'private'],
    ['a later parameter of a query', 'fetch /search?page&q=private failed', 'private'],
    ['user info of an address', 'cannot reach https://root:toor@db.example/', 'toor'],
  ])('a secret is redacted: %s', (_, text, secret) => {
    expect(redactText(text)).not.toContain(secret)
    expect(redactText(text)).toContain('REDACTED')
  })

  test.each([
    'GET /api/products/:id',
    'TypeError: Cannot read properties of undefined (reading "price")',
    'at checkout (https://shop.example/assets/index-4fz1.js:12:34)',
    'order 20261121-0042 took 1234 ms',
    '0af7651916cd43dd8448eb211c80319c',
    'token ring',
    'the password field is empty',
    'the bearer token is missing',
    'monkey=5, keyboard: 2, tokens: 512',
    'What? a=5 & b',
  ])('%s is unchanged', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

test('a value that is not a string becomes an empty text', () => {
  for (const odd of [undefined, null, 5, {}, Symbol('x')])
    expect(() => redactText(odd as never)).toThrow(TypeError)
})

test('a text of more than 65,536 characters is truncated before it is searched', () => {
  expect(redactText(`password=a ${'x'.repeat(70_000)}`)).toHaveLength(65_536 + 'REDACTED'.length - 1)
})

test('the text around a secret is unchanged', () => {
  expect(redactText(String.raw`{\"password\":\"ge heim\",\"a\":1}`)).toBe(
    String.raw`{\"password\":\"REDACTED\",\"a\":1}`,
  )
  expect(redactText('{"cookie":"a=b; c=d","a":1}')).toBe('{"cookie":"REDACTED","a":1}')
  expect(redactText('Cookie: a=b; c=d\nHost: shop.example')).toBe('Cookie: REDACTED\nHost: shop.example')
  expect(redactText('fetch https://x.y/?q=private&b=2 failed')).toBe(
    'fetch https://x.y/?q=REDACTED&b=REDACTED failed',
  )
  expect(redactText('at f (https://x.y/a.js?v=4fz1:12:34)')).toBe('at f (https://x.y/a.js?v=REDACTED:12:34)')
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
  ])('the URL %j becomes %j', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted)
  })

  test('values of listed parameters are kept unless they are secrets themselves', () => {
    const options = { keepQuery: ['page', 'q'] }
    expect(redactUrl('/a?page=2&q=anna@example.com&token=1', options)).toBe(
      '/a?page=2&q=REDACTED&token=REDACTED',
    )
  })

  test('the token in the path of a reset link is redacted, and an ordinary path is unchanged', () => {
    expect(redactText('/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc')).toBe('/reset/REDACTED')
    expect(redactText('/pay/4242424242424242')).toBe('/pay/REDACTED')
    expect(redactText('/k/sk_abcdefghijklmnop')).toBe('/k/REDACTED')
    expect(redactText('/x;token=abc')).toBe('/x;token=REDACTED')
    expect(redactText('/api/products/last-umbrella-of-the-summer')).toBe(
      '/api/products/last-umbrella-of-the-summer',
    )
  })
})

describe('redaction of a hostile text in linear time', () => {
  const prefixes = ['', 'password="', '?a=', "'", '/*']
  const repeated = [
    ...[
      'eyJ-',
      'eyJa.',
      'a@',
      'a@b.',
      'a%40',
      'password=',
      'password="',
      'token',
      'sessid',
      'Bearer ',
      'basic ',
    ],
    ...[
      'cookie:',
      'http://',
      '//a:',
      '?a',
      '?a=',
      '&',
      '&a',
      ':1',
      '"',
      "'",
      '\\',
      '`',
      '[',
      '--',
      '/*',
      "x'",
      '0x',
    ],
    ...[
      'a',
      '1',
      '1 ',
      '1.',
      '1e',
      '-',
      '_',
      '.',
      '%',
      ' ',
      '\t',
      '\n',
      '=',
      '@',
      'sk-',
      'key ',
      '\\"',
      'a=\\"',
    ],
  ]
  const functions = { redactText, redactUrl }

  test.each(Object.entries(functions))('%s takes linear time', (_, redact) => {
    const slow = prefixes.flatMap((prefix) =>
      repeated.filter((part) => {
        const text = prefix + part.repeat(200_000 / part.length)
        // A quadratic pattern takes seconds.
        return cpuMillisOf(() => redact(text)) > 200
      }),
    )
    expect(slow).toEqual([])
  })
})

// CPU time of this thread, which other processes of a busy machine do not change.
function cpuMillisOf(act: () => unknown): number {
  const started = process.threadCpuUsage()
  act()
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / 1000
}
