import { tracing } from './tracing.ts'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import App from './app.vue'
import Cart from './cart.vue'
import Products from './products.vue'

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: Products },
    { path: '/cart', component: Cart },
  ],
})

const app = createApp(App).use(router)
// Vue catches errors of handlers, async ones too, and of rendering.
app.config.errorHandler = (error, _instance, info) => {
  tracing.recordError(error, { 'vue.info': info })
  console.error(error)
}
app.mount('#app')
