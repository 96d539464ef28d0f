import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'vue',
  production: (port) => ['node_modules/.bin/vite', 'preview', '--port', String(port), '--strictPort'],
  development: (port) => ['node_modules/.bin/vite', '--port', String(port), '--strictPort'],
})
