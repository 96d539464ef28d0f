import { describe, expect, test } from 'vitest'
import { DOCTOR_HELP, parseOptions, UsageError } from './parse-options.ts'

const URL_OF_PAGE = 'https://shop.example/a/b'
const parse = (...args: readonly string[]) => {
  const command = parseOptions(args)
  if (command === 'help') throw new Error('help is no command')
  return command
}
const options = (...args: readonly string[]) => parse(URL_OF_PAGE, ...args).options
const messageOf = (...args: readonly string[]) => {
  try {
    parseOptions(args)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return undefined
}

test('without options there are the defaults', () => {
  expect(parse(URL_OF_PAGE)).toEqual({
    format: 'text',
    options: {
      url: new URL(URL_OF_PAGE),
      request: undefined,
      endpoint: undefined,
      apis: [],
      backend: undefined,
      expected: [],
      isDeep: false,
      logs: [],
      isBundled: false,
      browser: undefined,
      timeoutMillis: 3_000,
      waitMillis: 7_000,
    },
  })
})

describe('an address', () => {
  test.each([
    ['--request', 'request'],
    ['--endpoint', 'endpoint'],
    ['--backend', 'backend'],
  ] as const)('of %s can be relative to the page', (name, option) => {
    expect(options(`${name}=c?d=1`)[option]?.href).toBe('https://shop.example/a/c?d=1')
    expect(options(`${name}=/c`)[option]?.href).toBe('https://shop.example/c')
    expect(options(`${name}=//b.example`)[option]?.href).toBe('https://b.example/')
    expect(options(name, 'http://b.example:81')[option]?.href).toBe('http://b.example:81/')
  })

  test('of --api can be given several times', () => {
    const { apis } = options('--api=https://a.example', '--api', '/b')
    expect(apis.map(({ href }) => href)).toEqual(['https://a.example/', 'https://shop.example/b'])
  })

  test.each([
    ['the page without a scheme', ['shop.example'], 'URL'],
    ['the page as a path', ['/shop'], 'URL'],
    ['an empty page', [''], 'URL'],
    ['a file', ['file:///etc/passwd'], 'URL'],
    ['a script', ['javascript:alert(1)'], 'URL'],
    ['a port that is too large', ['http://a.example:65536'], 'URL'],
    ['a request of another scheme', [URL_OF_PAGE, '--request=ws://a.example'], '--request'],
    ['an API without a host', [URL_OF_PAGE, '--api=http://'], '--api'],
    ['an endpoint of another scheme', [URL_OF_PAGE, '--endpoint=grpc://a.example'], '--endpoint'],
    ['a backend with a wrong port', [URL_OF_PAGE, '--backend=http://a.example:x'], '--backend'],
  ])('is not %s', (_, args, name) => {
    expect(messageOf(...args)).toBe(`${name} is not an address that begins with http:// or https://`)
  })
})

describe('credentials are in no message', () => {
  test.each([
    ['of an address that is invalid', ['htp://ann:secret@a.example']],
    ['of a second address', [URL_OF_PAGE, 'https://ann:secret@b.example']],
    ['of an option that is invalid', [URL_OF_PAGE, '--api=ftp://ann:secret@b.example']],
  ])('%s', (_, args) => {
    expect(messageOf(...args)).toMatch(/\S/)
    expect(messageOf(...args)).not.toMatch(/ann|secret/)
  })
})

describe('a number of seconds', () => {
  test.each([
    ['can be an integer', '10', 10_000],
    ['can be a fraction', '0.25', 250],
    ['can be the maximum', '600', 600_000],
    ['is rounded up to whole milliseconds', '1.0041', 1_005],
    ['is rounded up to whole milliseconds in spite of binary fractions', '1.005', 1_005],
    ['is at least one millisecond', '0.0001', 1],
    ['can have an exponent', '1e2', 100_000],
  ])('%s', (_, text, expected) => {
    expect(options(`--timeout=${text}`).timeoutMillis).toBe(expected)
    expect(options(`--wait=${text}`).waitMillis).toBe(expected)
  })

  test.each(['0', '-1', '600.001', 'never', '', ' ', 'NaN', 'Infinity', '3s', '1,5'])('is not %j', (text) => {
    expect(messageOf(URL_OF_PAGE, `--timeout=${text}`)).toBe(
      `--timeout=${text} is not a number of seconds above 0 and up to 600`,
    )
    expect(messageOf(URL_OF_PAGE, `--wait=${text}`)).toContain('--wait=')
  })

  test('is the last of several', () => {
    expect(options('--timeout=1', '--timeout=2').timeoutMillis).toBe(2_000)
  })
})

describe('the expected services', () => {
  test.each([
    ['are separated by commas', 'shop,payments', ['shop', 'payments']],
    ['can have spaces after the commas', 'shop, payments , a b', ['shop', 'payments', 'a b']],
    ['have no empty names', ',shop,, ,', ['shop']],
    ['can be none', '', []],
  ])('%s', (_, text, expected) => {
    expect(options(`--expect=${text}`, '--backend=/').expected).toEqual(expected)
  })
})

describe('a deep run', () => {
  test('has longer times by default', () => {
    const { isDeep, timeoutMillis, waitMillis } = options('--deep', '--backend=/')
    expect([isDeep, timeoutMillis, waitMillis]).toEqual([true, 5_000, 30_000])
  })

  test('can have other times', () => {
    const { timeoutMillis, waitMillis } = options('--deep', '--backend=/', '--timeout=1', '--wait=2')
    expect([timeoutMillis, waitMillis]).toEqual([1_000, 2_000])
  })

  test('reads logs at several addresses', () => {
    expect(options('--deep', '--backend=/', '--logs=a.log', '--logs', 'http://b/{traceId}').logs).toEqual([
      'a.log',
      'http://b/{traceId}',
    ])
  })

  test('needs a backend, and is needed for logs', () => {
    expect(messageOf(URL_OF_PAGE, '--deep')).toBe('--deep needs --backend: the trace is read there')
    expect(messageOf(URL_OF_PAGE, '--logs=a.log')).toBe('--logs needs --deep')
  })
})

describe('the browser', () => {
  test('is opened without clicks by default', () => {
    expect(options('--browser').browser).toEqual({ clicks: [], executable: undefined })
  })

  test('clicks the elements in order', () => {
    expect(options('--browser', '--click=#a', '--click', 'text=B').browser?.clicks).toEqual(['#a', 'text=B'])
  })

  test('can be another program', () => {
    expect(options('--browser', '--chromium=/usr/bin/chromium').browser?.executable).toBe('/usr/bin/chromium')
  })

  test.each(['--click=#a', '--chromium=/a'])('is needed for %s', (option) => {
    expect(messageOf(URL_OF_PAGE, option)).toBe('--click and --chromium need --browser')
  })
})

describe('the format', () => {
  test.each([
    ['text', []],
    ['json', ['--json']],
    ['sarif', ['--sarif']],
  ])('is %s', (format, args) => {
    expect(parse(URL_OF_PAGE, ...args).format).toBe(format)
  })
})

describe('arguments that cannot be used', () => {
  test.each([
    ['an option that does not exist', [URL_OF_PAGE, '--verbose'], /--verbose/],
    ['a short option that does not exist', [URL_OF_PAGE, '-v'], /-v/],
    ['a value of an option that has none', [URL_OF_PAGE, '--json=yes'], /--json/],
    ['an option without its value', [URL_OF_PAGE, '--api'], /--api/],
    ['an option in place of a value', [URL_OF_PAGE, '--api', '--json'], /--api/],
    ['two addresses', [URL_OF_PAGE, URL_OF_PAGE], /^one URL is checked at a time, but there are 2$/],
    ['no address', ['--json'], /^the URL of the page is missing$/],
  ])('%s', (_, args, message) => {
    expect(messageOf(...args)).toMatch(message)
  })
})

describe('the help', () => {
  test.each([[['--help']], [['-h']], [[URL_OF_PAGE, '--help']], [['a', 'b', '--timeout=x', '--help']]])(
    'is printed for %j',
    (args) => {
      expect(parseOptions(args)).toBe('help')
    },
  )

  test('names every option', () => {
    for (const name of ['request', 'api', 'endpoint', 'backend', 'expect', 'wait', 'browser', 'click'])
      expect(DOCTOR_HELP).toContain(`--${name}`)
    for (const name of ['chromium', 'bundled', 'timeout', 'json', 'sarif', 'help'])
      expect(DOCTOR_HELP).toContain(`--${name}`)
  })
})

test('what follows two dashes is an address', () => {
  expect(messageOf('--', '--help')).toContain('URL is not an address')
})
