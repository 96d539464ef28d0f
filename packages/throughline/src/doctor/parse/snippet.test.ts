import { describe, expect, test } from 'vitest'
import { readTags } from './html.ts'
import { findSnippet } from './snippet.ts'

const PAGE = new URL('https://shop.example/products/1')
const find = (html: string) => findSnippet(readTags(html), PAGE)
const tag = (attributes: string) => `<script ${attributes}></script>`

describe('the script tag of the SDK', () => {
  test.each([
    ['has the name of the loader', 'src="/throughline.js"'],
    ['has a relative address', 'src="throughline.js"'],
    ['has an address on another origin', 'src="https://cdn.example/a/throughline.js"'],
    ['has a query', 'src="/throughline.js?v=1"'],
    ['has a hash in its name', 'src="/throughline-3f2a.js"'],
    ['is minified', 'src="/throughline.min.js"'],
    ['has a service name and another address', 'src="/t.js" data-service-name="shop-web"'],
    ['has a service name and is inline', 'data-service-name="shop-web"'],
    ['has an empty service name', 'data-service-name'],
  ])('%s', (_, attributes) => {
    expect(find(tag(attributes))).toBeDefined()
  })

  test.each([
    ['another script', tag('src="/app.js"')],
    ['the SDK without the loader', tag('src="/throughline-sdk.js"')],
    ['the extras without the loader', tag('src="/throughline-extras.js"')],
    ['the React chunk without the loader', tag('src="/throughline-react.js"')],
    ['a name that only ends alike', tag('src="/my-throughline.js"')],
    ['a folder of that name', tag('src="/throughline/app.js"')],
    ['another element', '<link href="/throughline.js" data-service-name="shop-web">'],
    ['an inline script', tag('')],
  ])('is not %s', (_, html) => {
    expect(find(html)).toBeUndefined()
  })

  test('is the first of several', () => {
    expect(find(tag('src=/a.js data-service-name=a') + tag('src=/throughline.js'))?.src?.pathname).toBe(
      '/a.js',
    )
  })

  test.each([
    ['a name', 'data-service-name="shop-web"', true],
    ['an empty name', 'data-service-name=""', false],
    ['no name', 'src="/throughline.js"', false],
  ])('with %s: whether it has a service name', (_, attributes, expected) => {
    expect(find(tag(attributes))?.hasServiceName).toBe(expected)
  })
})

describe('the addresses of the scripts', () => {
  const addresses = (html: string) => {
    const { src, sdk, extras } = find(html) ?? {}
    return [src?.href, sdk?.href, extras?.href]
  }
  const ORIGIN = 'https://shop.example'

  test.each([
    [
      'are beside the loader',
      tag('src="https://cdn.example/v1/throughline.js"'),
      [
        'https://cdn.example/v1/throughline.js',
        'https://cdn.example/v1/throughline-sdk.js',
        'https://cdn.example/v1/throughline-extras.js',
      ],
    ],
    [
      'are beside the page for an inline loader',
      tag('data-service-name=a'),
      [undefined, `${ORIGIN}/products/throughline-sdk.js`, `${ORIGIN}/products/throughline-extras.js`],
    ],
    [
      'are relative to the page for data-sdk, and the extras to the SDK',
      tag('src="/js/throughline.js" data-sdk="b/sdk.js"'),
      [
        `${ORIGIN}/js/throughline.js`,
        `${ORIGIN}/products/b/sdk.js`,
        `${ORIGIN}/products/b/throughline-extras.js`,
      ],
    ],
    [
      'can be named one by one',
      tag('src="/a.js" data-service-name=a data-sdk="/b.js" data-extras="/c.js"'),
      [`${ORIGIN}/a.js`, `${ORIGIN}/b.js`, `${ORIGIN}/c.js`],
    ],
    [
      'are relative to the base element',
      `<base href="https://cdn.example/x/">${tag('src="throughline.js"')}`,
      [
        'https://cdn.example/x/throughline.js',
        'https://cdn.example/x/throughline-sdk.js',
        'https://cdn.example/x/throughline-extras.js',
      ],
    ],
    [
      'are relative to the first base element with an address',
      `<base target=_blank><base href="/b/"><base href="/c/">${tag('src="throughline.js"')}`,
      [`${ORIGIN}/b/throughline.js`, `${ORIGIN}/b/throughline-sdk.js`, `${ORIGIN}/b/throughline-extras.js`],
    ],
    [
      'are relative to the page if the base element has no valid address',
      `<base href="https://:80">${tag('src="throughline.js"')}`,
      [
        `${ORIGIN}/products/throughline.js`,
        `${ORIGIN}/products/throughline-sdk.js`,
        `${ORIGIN}/products/throughline-extras.js`,
      ],
    ],
  ])('%s', (_, html, expected) => {
    expect(addresses(html)).toEqual(expected)
  })
})

describe('the endpoint', () => {
  test.each([
    ['is a path of the page by default', '', 'https://shop.example/v1/traces'],
    ['is the default for an empty attribute', 'data-endpoint=""', 'https://shop.example/v1/traces'],
    [
      'is the address of the attribute',
      'data-endpoint="https://otlp.example/v1/traces"',
      'https://otlp.example/v1/traces',
    ],
    ['is relative to the page', 'data-endpoint="otlp"', 'https://shop.example/products/otlp'],
    ['can lack a scheme', 'data-endpoint="//otlp.example/a"', 'https://otlp.example/a'],
    [
      'can have character references',
      'data-endpoint="/otlp?a=1&amp;b=2"',
      'https://shop.example/otlp?a=1&b=2',
    ],
  ])('%s', (_, attributes, expected) => {
    expect(find(tag(`src=/throughline.js ${attributes}`))?.endpoint.href).toBe(expected)
  })
})

describe('the entries of data-propagate-to', () => {
  test.each([
    ['are none without the attribute', undefined, [], []],
    ['are none in an empty attribute', '', [], []],
    [
      'are origins',
      'https://a.example,http://b.example:81',
      ['https://a.example', 'http://b.example:81'],
      [],
    ],
    ['have no empty ones', ',https://a.example,,', ['https://a.example'], []],
    ['are invalid with a slash', 'https://a.example/', [], ['https://a.example/']],
    ['are invalid with a path', 'https://a.example/v1', [], ['https://a.example/v1']],
    [
      'are invalid with a space',
      'https://a.example, https://b.example',
      ['https://a.example'],
      [' https://b.example'],
    ],
    ['are invalid with upper-case letters', 'https://A.example', [], ['https://A.example']],
    ['are invalid with the default port', 'https://a.example:443', [], ['https://a.example:443']],
    ['are invalid with user info', 'https://ann@a.example', [], ['https://ann@a.example']],
    ['are invalid without a scheme', 'a.example', [], ['a.example']],
    ['are invalid as wildcards', '*,https://*.example', ['https://*.example'], ['*']],
    ['are invalid without an origin', 'data:,null', [], ['data:', 'null']],
  ])('%s', (_, value, valid, invalid) => {
    const attribute = value === undefined ? '' : `data-propagate-to="${value}"`
    const snippet = find(tag(`src=/throughline.js ${attribute}`))
    expect(snippet?.propagateTo.map(({ origin }) => origin)).toEqual(valid)
    expect(snippet?.invalidPropagateTo).toEqual(invalid)
  })
})
