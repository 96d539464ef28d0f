import './tracing.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Boundary } from './boundary.tsx'
import { Cart } from './cart.tsx'
import { Products } from './products.tsx'

const router = createBrowserRouter([
  { path: '/', element: <Products /> },
  { path: '/cart', element: <Cart /> },
])

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Boundary>
        <QueryClientProvider client={new QueryClient()}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Boundary>
    </StrictMode>,
  )
}
