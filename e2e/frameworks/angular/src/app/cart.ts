import { httpResource } from '@angular/common/http'
import { Component } from '@angular/core'
import { RouterLink } from '@angular/router'

@Component({
  selector: 'app-cart',
  imports: [RouterLink],
  template: `
    <main>
      <h1>{{ items.value()?.join(', ') }}</h1>
      <a routerLink="/">Products</a>
    </main>
  `,
})
export class Cart {
  protected readonly items = httpResource<string[]>(() => '/api/cart')
}
