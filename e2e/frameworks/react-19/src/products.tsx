import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { callApi } from './api.ts'

export function Products() {
  const queries = useQueryClient()
  const { data = [] } = useQuery({
    queryKey: ['products'],
    queryFn: () => callApi<string[]>('/api/products'),
  })
  const buy = useMutation({
    mutationFn: () => callApi('/api/orders', 'POST'),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['products'] }),
  })
  const [discount, setDiscount] = useState('')
  const redeem = async () => {
    const { percent } = await callApi<{ percent: number }>('/api/coupons', 'POST')
    setDiscount(`${percent} % off`)
  }
  const check = async () => {
    await callApi('/api/stock')
    throw new Error('out of stock')
  }
  return (
    <main>
      <h1>{data.join(', ')}</h1>
      <button type="button" onClick={() => buy.mutate()}>
        Buy
      </button>
      <button type="button" onClick={check}>
        Check
      </button>
      <Link to="/cart">Cart</Link>
      <form action={redeem}>
        <input name="code" aria-label="Code" />
        <button type="submit">Redeem</button>
        <output>{discount}</output>
      </form>
    </main>
  )
}
