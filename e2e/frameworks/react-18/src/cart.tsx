import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { callApi } from './api.ts'

export function Cart() {
  const { data = [] } = useQuery({ queryKey: ['cart'], queryFn: () => callApi<string[]>('/api/cart') })
  return (
    <main>
      <h1>{data.join(', ')}</h1>
      <Link to="/">Products</Link>
    </main>
  )
}
