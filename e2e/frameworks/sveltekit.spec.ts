import { request, testFramework } from './framework-tests.ts'

testFramework({
  name: 'sveltekit',
  production: (port) => ['node_modules/.bin/vite', 'preview', '--port', String(port), '--strictPort'],
  development: (port) => ['node_modules/.bin/vite', 'dev', '--port', String(port), '--strictPort'],
  // The router calls the `load` function of a page before it changes the URL.
  navigation: [request('GET', '/api/cart'), { name: 'navigate /cart', children: [] }],
})
