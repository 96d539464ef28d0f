import type { ExpectedSpan } from '@throughline/otel-testing'
import { testFramework } from './framework-tests.ts'
import { PRODUCT } from './runtime-app.ts'

const preview = (port: number) => ['node_modules/.bin/vite', 'preview', '--port', String(port)] as const
const internal = (name: string, children: readonly ExpectedSpan[] = []): ExpectedSpan => ({
  name,
  kind: 'INTERNAL',
  children,
})
const tree = internal('build component tree', [{ ...internal('resolve segment modules'), repeated: true }])
const render = internal('render route (app) /products/[id]', [
  tree,
  ...(PRODUCT.children ?? []),
  internal('start response'),
])

testFramework({ name: 'react-router', command: preview })
// vinext starts spans of its own. Its server span has the name of the route.
testFramework({
  name: 'vinext',
  command: preview,
  expected: {
    ...PRODUCT,
    isForeign: true,
    name: 'GET',
    children: [
      {
        name: 'GET /products/[id]',
        kind: 'SERVER',
        children: [internal('resolve page components'), render],
      },
    ],
  },
})
testFramework({
  name: 'nextjs',
  command: (port) => ['node_modules/.bin/next', 'start', '-p', String(port)],
  path: '/api/products/7',
  expected: { ...PRODUCT, name: 'GET /api/products/:id' },
})
