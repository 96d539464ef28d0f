import { provideErrorTracing } from './error-tracing'
import { provideHttpClient } from '@angular/common/http'
import { type ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core'
import { provideRouter } from '@angular/router'
import { Cart } from './cart'
import { Products } from './products'

export const appConfig: ApplicationConfig = {
  providers: [
    provideErrorTracing(),
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(),
    provideRouter([
      { path: '', component: Products },
      { path: 'cart', component: Cart },
    ]),
  ],
}
