import { callApi } from './api.ts'

/** The parts of the current page. The client router replaces the body, and calls `astro:page-load` afterwards. */
const find = <Found extends HTMLElement>(selector: string) => document.querySelector<Found>(selector)

async function showProducts() {
  const products = await callApi<string[]>('/api/products')
  const heading = find('h1')
  if (heading) heading.textContent = products.join(', ')
}

async function showCart() {
  const items = await callApi<string[]>('/api/cart')
  const heading = find('h1')
  if (heading) heading.textContent = items.join(', ')
}

async function buy() {
  await callApi('/api/orders', 'POST')
  await showProducts()
}

async function check() {
  await callApi('/api/stock')
  throw new Error('out of stock')
}

async function redeem(event: Event) {
  event.preventDefault()
  const { percent } = await callApi<{ percent: number }>('/api/coupons', 'POST')
  const output = find('output')
  if (output) output.textContent = `${percent} % off`
}

document.addEventListener('astro:page-load', () => {
  if (location.pathname.startsWith('/cart')) return void showCart()
  find('#buy')?.addEventListener('click', buy)
  find('#check')?.addEventListener('click', check)
  find('form')?.addEventListener('submit', redeem)
  void showProducts()
})
