import { HttpClient, httpResource } from '@angular/common/http'
import { Component, inject, signal } from '@angular/core'
import { RouterLink } from '@angular/router'
import { firstValueFrom } from 'rxjs'

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

  protected buy(): void {
    this.#http.post('/api/orders', {}).subscribe(() => this.products.reload())
  }

  protected async check(): Promise<void> {
    await firstValueFrom(this.#http.get('/api/stock'))
    throw new Error('out of stock')
  }

  protected redeem(event: Event): void {
    event.preventDefault()
    this.#http
      .post<{ percent: number }>('/api/coupons', {})
      .subscribe(({ percent }) => this.discount.set(`${percent} % off`))
  }
}
