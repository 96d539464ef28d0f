import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'bench-browser', include: ['**/*.test.ts'], exclude: ['node_modules'] },
})
