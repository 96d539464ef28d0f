import { describe, expect, test } from 'vitest'
import { found, ids, response, TRACE_ID, target } from '../../../test/observed.ts'
import { SNIPPET } from '../../../test/site.ts'
import { RequestFailure } from '../../http/failure.ts'
import { checkPageResponse, isPage } from './page-response.ts'
import { checkPageTrace } from './page-trace.ts'
import { checkScriptFiles } from './script-files.ts'
import { checkSnippet } from './snippet.ts'

const tag = (attributes: string) =>
  `<script src="/throughline.js" data-service-name="a" ${attributes}></script>`

describe('the status of the page', () => {
  test.each([
    [199, ['page-status']],
    [200, []],
    [204, []],
    [299, []],
    [300, ['page-status']],
    [401, ['page-status']],
    [404, ['page-status']],
  ])('%i gives %j', (status, expected) => {
    expect(ids(checkPageResponse(target({ page: { status } })))).toEqual(expected)
  })

  test.each([
    [401, true],
    [403, true],
    [404, false],
    [500, false],
  ])('whether the fix for %i names credentials: %s', (status, expected) => {
    const [finding] = checkPageResponse(target({ page: { status } }))
    expect(finding?.fix.includes('USER:PASSWORD')).toBe(expected)
  })
})

describe('the type of the page', () => {
  test.each([
    ['text/html', [], true],
    ['Text/HTML; charset=utf-8', [], true],
    ['application/xhtml+xml', [], true],
    ['text/plain', [['page-not-html', 'content-type text/plain for https://www.example.com/']], false],
    ['', [['page-not-html', 'content-type (none) for https://www.example.com/']], false],
  ])('%j', (type, expected, isHtml) => {
    const observed = target({ page: { headers: { 'content-type': type } } })
    expect(found(checkPageResponse(observed))).toEqual(expected)
    expect(isPage(observed)).toBe(isHtml)
  })
})

describe('a redirect of the page', () => {
  test.each([
    ['to another path is none', 'https://www.example.com/en', []],
    ['to another host is a note', 'https://example.com/', ['page-redirect']],
    ['to another scheme is a note', 'http://www.example.com/', ['page-redirect']],
    ['to another port is a note', 'https://www.example.com:8443/', ['page-redirect']],
  ])('%s', (_, url, expected) => {
    expect(ids(checkPageResponse(target({ page: { url: new URL(url) } })))).toEqual(expected)
  })

  test('is reported beside an error status, without query values', () => {
    const url = new URL('https://b.example/?token=secret')
    const findings = checkPageResponse(target({ page: { url, status: 500 } }))
    expect(ids(findings)).toEqual(['page-redirect', 'page-status'])
    expect(JSON.stringify(findings)).not.toContain('secret')
  })
})

describe('scripts before the tag', () => {
  test.each([
    ['a script', '<script src="/a.js"></script>', true],
    ['an inline script', '<script>a</script>', true],
    ['a script that may run at any time', '<script async src="/a.js"></script>', true],
    ['an inline script with defer, which has no effect there', '<script defer>a</script>', true],
    ['a script of an empty type', '<script type="">a</script>', true],
    ['a script of the old type', '<script type="application/x-javascript">a</script>', true],
    ['a script of a type in upper case', '<script type=" TEXT/JavaScript ">a</script>', true],
    ['a script with defer', '<script defer src="/a.js"></script>', false],
    ['a module', '<script type="module" src="/a.js"></script>', false],
    ['an inline module', '<script type=" Module ">a</script>', false],
    ['a script for browsers without modules', '<script nomodule src="/polyfills.js"></script>', false],
    ['an inline script for browsers without modules', '<script nomodule>a</script>', false],
    ['data', '<script type="application/ld+json">{}</script>', false],
    [
      'a script of a type with parameters, which does not run',
      '<script type="text/javascript;charset=utf-8">a</script>',
      false,
    ],
    ['a script that waits for consent', '<script type="text/plain">a</script>', false],
    ['a script in a template', '<template><script>a</script></template>', false],
    ['a style sheet', '<link rel=stylesheet href=a.css><style>a</style>', false],
  ])('%s: %s', (_, before, isLate) => {
    const findings = checkSnippet(target({ page: { head: before + SNIPPET } }))
    expect(ids(findings)).toEqual(isLate ? ['page-late-snippet'] : [])
  })

  test('are counted, and the first is named', () => {
    const head = `<script src="/a.js?key=secret"></script><script>bc</script>${SNIPPET}<script>d</script>`
    expect(found(checkSnippet(target({ page: { head } })))).toEqual([
      [
        'page-late-snippet',
        'scripts before the script tag of the SDK: 2, the first is <script src="/a.js?key=REDACTED">',
      ],
    ])
  })
})

describe('a tag that does not run at once', () => {
  test.each([
    ['async', 'async'],
    ['defer=""', 'defer'],
    ['nomodule', 'nomodule'],
    ['type=MODULE', 'type="module"'],
    ['type="text/plain"', 'type="text/plain"'],
    ['async defer', 'async'],
  ])('has %s', (attributes, named) => {
    expect(found(checkSnippet(target({ page: { head: tag(attributes) } })))).toEqual([
      ['page-async-snippet', `the script tag has ${named}`],
    ])
  })

  test.each([
    '',
    'type',
    'type="text/javascript"',
    'type="application/javascript"',
    'crossorigin',
    'nonce=a',
  ])('has no %j', (attributes) => {
    expect(checkSnippet(target({ page: { head: tag(attributes) } }))).toEqual([])
  })
})

describe('the attributes of the tag', () => {
  const known = ['service-version', 'environment', 'endpoint', 'propagate-to', 'no-propagate', 'sample-ratio']
  const others = ['consent', 'debug', 'user-id', 'hash-user-id', 'propagate-user', 'attribute-plan', 'sdk']
  const scripts = ['sdk-integrity', 'extras', 'extras-integrity', 'react', 'react-integrity']

  test.each([...known, ...others, ...scripts])('data-%s is known', (name) => {
    expect(checkSnippet(target({ page: { head: tag(`data-${name}=""`) } }))).toEqual([])
  })

  test.each(['service', 'service-names', 'endpoints', 'attribute-', 'integrity', 'samplerate'])(
    'data-%s has no effect',
    (name) => {
      expect(found(checkSnippet(target({ page: { head: tag(`data-${name}=1`) } })))).toEqual([
        ['page-unknown-attribute', `data-${name}`],
      ])
    },
  )

  test('entries that are no origins are quoted', () => {
    const head = tag('data-propagate-to="https://a.example, https://b.example,c"')
    expect(found(checkSnippet(target({ page: { head } })))).toEqual([
      ['page-propagate-origin', '" https://b.example", "c"'],
    ])
  })

  test.each([
    [20, []],
    [21, [['page-propagate-origin', '21 origins, of which 20 are checked']]],
  ])('%i origins give %j', (count, expected) => {
    const origins = Array.from({ length: count }, (_, index) => `https://${index}.example`)
    const head = tag(`data-propagate-to="${origins.join()}"`)
    expect(found(checkSnippet(target({ page: { head } })))).toEqual(expected)
  })

  test('an empty service name is none', () => {
    const head = '<script src="/throughline.js" data-service-name=""></script>'
    expect(found(checkSnippet(target({ page: { head } })))).toEqual([
      ['page-no-service-name', '<script src="/throughline.js">'],
    ])
  })
})

describe('a page without the tag', () => {
  test.each([
    ['is a fault', {}, {}, ['page-no-snippet']],
    ['is none when the SDK is bundled', {}, { isBundled: true }, []],
    ['is none when the page is not HTML', { headers: { 'content-type': 'text/plain' } }, {}, []],
    ['is none when the page has an error status', { status: 500 }, {}, []],
  ])('%s', (_, page, options, expected) => {
    expect(ids(checkSnippet(target({ page: { head: '', ...page }, options })))).toEqual(expected)
  })

  test('names how many scripts there are', () => {
    const [finding] = checkSnippet(target({ page: { head: '<script>a</script>' } }))
    expect(finding?.seen).toBe('https://www.example.com/: 2 script elements, none of the SDK')
  })

  test('is checked for its attributes even when the SDK is bundled', () => {
    const head = tag('data-unknown')
    expect(ids(checkSnippet(target({ page: { head }, options: { isBundled: true } })))).toEqual([
      'page-unknown-attribute',
    ])
  })
})

describe('the type of a script', () => {
  const check = (headers: Record<string, string | string[]>, body = 'void 0') =>
    found(
      checkScriptFiles(
        target({
          scripts: [
            {
              role: 'loader',
              url: new URL('https://www.example.com/throughline.js'),
              response: response(headers, { body }),
            },
          ],
        }),
      ),
    )
  const WHERE = 'loader https://www.example.com/throughline.js'

  test.each([
    ['text/javascript', {}],
    ['application/javascript; charset=utf-8', {}],
    ['application/x-javascript', {}],
    ['text/ecmascript', {}],
    ['text/plain', {}],
    ['application/octet-stream', {}],
    ['', {}],
    ['text/plain', { 'x-content-type-options': 'none' }],
    ['text/javascript', { 'x-content-type-options': 'nosniff' }],
  ])('%j with %j is run by browsers', (type, headers) => {
    expect(check({ 'content-type': type, ...headers })).toEqual([])
  })

  test.each([
    ['text/plain', 'nosniff'],
    ['text/plain', 'NoSniff'],
    ['application/json', ['nosniff', 'nosniff']],
    ['image/svg+xml', 'none'],
    ['audio/mpeg', 'none'],
    ['video/mp2t', 'none'],
    ['text/csv', 'none'],
  ])('%j with %j is not run by browsers', (type, options) => {
    expect(check({ 'content-type': type, 'x-content-type-options': options })).toEqual([
      ['page-script-type', `${WHERE}: ${type}`],
    ])
  })

  test.each(['<!doctype html>', '\n  <html>'])('the page %j in its place is not run by browsers', (body) => {
    expect(check({ 'content-type': 'text/javascript' }, body)).toEqual([
      ['page-script-type', `${WHERE}: text/javascript`],
    ])
  })

  test('an absent type is named when browsers must not guess', () => {
    expect(check({ 'x-content-type-options': 'nosniff' })).toEqual([
      ['page-script-type', `${WHERE}: no content-type`],
    ])
  })
})

describe('a script that does not load', () => {
  test.each([
    ['has another status', response({}, { status: 404 }), 'status 404'],
    ['has the status of an empty response', response({}, { status: 204 }), 'status 204'],
    ['has no response', new RequestFailure('closed', 'it was closed'), 'it was closed'],
  ])('%s', (_, answer, seen) => {
    const script = { role: 'SDK', url: new URL('https://a.example/s.js?k=secret'), response: answer } as const
    expect(found(checkScriptFiles(target({ scripts: [script] })))).toEqual([
      ['page-script-failed', `SDK https://a.example/s.js?k=REDACTED: ${seen}`],
    ])
  })
})

describe('CORS of a script', () => {
  const check = (attributes: string, allowed?: string, url = 'https://cdn.example/throughline.js') => {
    const headers = {
      'content-type': 'text/javascript',
      ...(allowed && { 'access-control-allow-origin': allowed }),
    }
    const script = { role: 'loader', url: new URL(url), response: response(headers) } as const
    return ids(checkScriptFiles(target({ page: { head: tag(attributes) }, scripts: [script] })))
  }

  test.each([
    ['is not needed without a hash', '', undefined],
    ['allows every origin', 'integrity=sha256-a crossorigin', '*'],
    ['allows the origin of the page', 'crossorigin', 'https://www.example.com'],
  ])('%s', (_, attributes, allowed) => {
    expect(check(attributes, allowed)).toEqual([])
  })

  test.each([
    ['needs crossorigin for a hash of the loader', 'integrity=sha256-a', '*'],
    ['needs crossorigin for a hash of the SDK', 'data-sdk-integrity=sha256-a', '*'],
    ['needs crossorigin for a hash of the extras', 'data-extras-integrity=sha256-a', '*'],
    ['is missing', 'crossorigin', undefined],
    ['allows another origin', 'crossorigin', 'https://www.example.com:8443'],
    ['allows the origin twice', 'crossorigin', '*, *'],
  ])('%s', (_, attributes, allowed) => {
    expect(check(attributes, allowed)).toEqual(['page-script-cors'])
  })

  test('is not needed on the origin of the page', () => {
    expect(check('integrity=sha256-a', undefined, 'https://www.example.com/t.js')).toEqual([])
  })
})

describe('the trace of the page', () => {
  const timing = (traceId: string) => ({
    'server-timing': `traceparent;desc="00-${traceId}-00f067aa0ba902b7-01"`,
  })
  const OTHER = 'f'.repeat(32)
  const meta = (content: string) => `<meta name="TraceParent" content="${content}">`
  const inPage = meta(`00-${TRACE_ID}-00f067aa0ba902b7-01`)

  test.each([
    ['is a new one for each response', { headers: timing(TRACE_ID) }, response(timing(OTHER)), []],
    ['can be absent', {}, response(), []],
    ['can be absent only the first time', {}, response(timing(TRACE_ID)), []],
    ['can be absent only the second time', { headers: timing(TRACE_ID) }, response(), []],
    [
      'is stale when it is repeated',
      { headers: timing(TRACE_ID) },
      response(timing(TRACE_ID)),
      ['page-stale-trace'],
    ],
    ['is stale in HTML as well', { head: inPage }, response(timing(TRACE_ID)), ['page-stale-trace']],
    [
      'is not known the second time without a response',
      { headers: timing(TRACE_ID) },
      new RequestFailure('closed', ''),
      [],
    ],
    ['is absent when it is malformed', { head: meta('00-x') }, response({}, { body: meta('00-x') }), []],
    ['is absent without content', { head: '<meta name=traceparent>' }, response(), []],
    [
      'is shared when a cache may keep it',
      { headers: { ...timing(TRACE_ID), 'cache-control': 'max-age=1' } },
      response(timing(OTHER)),
      ['page-shared-trace'],
    ],
    ['is not shared when it is absent', { headers: { 'cache-control': 'max-age=1' } }, response(), []],
  ])('%s', (_, page, again, expected) => {
    expect(ids(checkPageTrace(target({ page, again })))).toEqual(expected)
  })

  test('in the header counts before that in HTML', () => {
    const page = { headers: timing(OTHER), head: inPage }
    expect(checkPageTrace(target({ page, again: response(timing(TRACE_ID)) }))).toEqual([])
  })

  test.each([
    ['with its age', { age: '7' }, ', age 7'],
    ['without an age', {}, ''],
  ])('is named %s', (_, headers, age) => {
    const again = response({ ...timing(TRACE_ID), ...headers })
    expect(found(checkPageTrace(target({ page: { headers: timing(TRACE_ID) }, again })))).toEqual([
      ['page-stale-trace', `two requests name trace ${TRACE_ID}; cache-control (none)${age}`],
    ])
  })
})
