export { chromiumLaunchOptions } from './page/chromium.ts'
export { listenForNoise } from './page/page-noise.ts'
export { type PageServer, startPageServer } from './page/page-server.ts'
export { type PageFixtures, pageTest } from './page/page-test.ts'
