import { request, testFramework } from './framework-tests.ts'

testFramework({
  name: 'astro',
  production: (port) => ['node_modules/.bin/astro', 'preview', '--port', String(port)],
  development: (port) => ['node_modules/.bin/astro', 'dev', '--port', String(port)],
  // The client router requests the HTML of a page, changes the URL, and calls the page's listeners when it is shown.
  navigation: [
    { name: 'GET', kind: 'CLIENT', attributes: { 'url.full': /:\d+\/cart$/ } },
    { name: 'navigate /cart', children: [] },
    request('GET', '/api/cart'),
  ],
})
