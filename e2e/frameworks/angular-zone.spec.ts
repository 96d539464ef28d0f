import { testFramework } from './framework-tests.ts'

const serve = (port: number) => ['node_modules/.bin/ng', 'serve', '--port', String(port)]

testFramework({
  name: 'angular-zone',
  production: (port) => [...serve(port), '--configuration', 'production'],
  development: serve,
})
