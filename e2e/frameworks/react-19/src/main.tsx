import { tracing } from './tracing.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ErrorInfo, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Cart } from './cart.tsx'
import { Products } from './products.tsx'

const router = createBrowserRouter([
  { path: '/', element: <Products /> },
  { path: '/cart', element: <Cart /> },
])

// React catches what a render throws and reports it here.
const report = (error: unknown, { componentStack }: ErrorInfo) =>
  tracing.recordError(error, { 'react.component_stack': componentStack ?? '' })

const root = document.getElementById('root')
if (root) {
  createRoot(root, { onCaughtError: report, onUncaughtError: report }).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
