'use client'

import { useState } from 'react'
import useSWR from 'swr'
import { reserve } from './actions'
import { callApi, getList } from './api'

export function Products() {
  const { data = [], mutate } = useSWR('/api/products', getList)
  const [discount, setDiscount] = useState('')
  const [reservation, setReservation] = useState('')
  const buy = async () => {
    await callApi('/api/orders', 'POST')
    await mutate()
  }
  const check = async () => {
    await callApi('/api/stock')
    throw new Error('out of stock')
  }
  const redeem = async () => {
    const { percent } = await callApi<{ percent: number }>('/api/coupons', 'POST')
    setDiscount(`${percent} % off`)
  }
  return (
    <>
      <h1>{data.join(', ')}</h1>
      <button type="button" onClick={buy}>
        Buy
      </button>
      <button type="button" onClick={check}>
        Check
      </button>
      <form action={redeem}>
        <input name="code" aria-label="Code" />
        <button type="submit">Redeem</button>
        <output>{discount}</output>
      </form>
      <form action={async () => setReservation(await reserve())}>
        <button type="submit">Reserve</button>
        <p>{reservation}</p>
      </form>
    </>
  )
}
