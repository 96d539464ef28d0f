import { HttpClient, httpResource } from '@angular/common/http'
import { Component, effect, inject, signal } from '@angular/core'
import { RouterLink } from '@angular/router'

@Component({
  selector: 'app-products',
  imports: [RouterLink],
  template: `
    <main>
      <h1>{{ products.value()?.join(', ') }}</h1>
      <button type="button" (click)="buy()">Buy</button>
      <button type="button" (click)="check()">Check</button>
      <a routerLink="/cart">Cart</a>
      <form (submit)="redeem($event)">
        <input name="code" aria-label="Code">
        <button type="submit">Redeem</button>
        <output>{{ discount() }}</output>
      </form>
    </main>
  `,
})
export class Products {
  protected readonly products = httpResource<string[]>(() => '/api/products')
  protected readonly discount = signal('')
  readonly #http = inject(HttpClient)
  readonly #left = signal<number | undefined>(undefined)

  constructor() {
    effect(() => {
      if (this.#left() === 0) throw new Error('out of stock')
    })
  }

  protected buy(): void {
    this.#http.post('/api/orders', {}).subscribe(() => this.products.reload())
  }

  protected check(): void {
    this.#http.get<{ left: number }>('/api/stock').subscribe(({ left }) => this.#left.set(left))
  }

  protected redeem(event: Event): void {
    event.preventDefault()
    this.#http
      .post<{ percent: number }>('/api/coupons', {})
      .subscribe(({ percent }) => this.discount.set(`${percent} % off`))
  }
}
