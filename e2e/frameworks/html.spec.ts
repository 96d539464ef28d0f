import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'html',
  production: (port) => ['node_modules/.bin/http-server', 'public', '-p', String(port), '--silent'],
  // The script tag's API answers with a number when the SDK has taken over from the loader.
  async ready(page) {
    await page.waitForFunction("typeof throughline.health().sent === 'number'")
  },
})
