import { request, testFramework } from './framework-tests.ts'

testFramework({
  name: 'nuxt',
  production: () => ['node_modules/.bin/nuxt', 'preview'],
  development: (port) => ['node_modules/.bin/nuxt', 'dev', '--port', String(port)],
  // Nuxt also requests its list of prerendered pages and route rules.
  load: [request('GET', String.raw`(?:/api/products|/_nuxt/builds/meta/[\w-]+\.json)`)],
})
