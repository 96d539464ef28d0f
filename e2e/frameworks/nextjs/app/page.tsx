import Link from 'next/link'
import { Products } from './products'

export default function Page() {
  return (
    <main>
      <Products />
      <Link href="/cart">Cart</Link>
    </main>
  )
}
