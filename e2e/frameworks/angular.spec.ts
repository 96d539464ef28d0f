import { request, testFramework } from './framework-tests.ts'

const serve = (port: number) => ['node_modules/.bin/ng', 'serve', '--port', String(port)]

testFramework({
  name: 'angular',
  production: (port) => [...serve(port), '--configuration', 'production'],
  development: serve,
  // Angular schedules the rendering of the page, which makes the request, before the router changes the URL.
  navigation: [{ name: 'navigate /cart', children: [] }, request('GET', '/api/cart')],
})
