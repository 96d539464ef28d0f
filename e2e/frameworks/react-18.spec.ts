import { testFramework, waitForModule } from './framework-tests.ts'

testFramework({
  name: 'react-18',
  production: (port) => ['node_modules/.bin/vite', 'preview', '--port', String(port), '--strictPort'],
  development: (port) => ['node_modules/.bin/vite', '--port', String(port), '--strictPort'],
  // The chunk that follows React across its scheduler.
  ready: (page) => waitForModule(page, 'follow-react'),
})
