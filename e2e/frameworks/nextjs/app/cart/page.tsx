'use client'

import Link from 'next/link'
import useSWR from 'swr'
import { getList } from '../api'

export default function Cart() {
  const { data = [] } = useSWR('/api/cart', getList)
  return (
    <main>
      <h1>{data.join(', ')}</h1>
      <Link href="/">Products</Link>
    </main>
  )
}
