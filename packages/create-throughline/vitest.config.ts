import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'create-throughline',
    unstubEnvs: true,
    // Loading the parsers again for each file takes longer than the tests.
    isolate: false,
    environment: 'node',
    include: ['{src,test}/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
