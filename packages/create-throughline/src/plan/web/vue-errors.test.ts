import { applyEdits } from 'jsonc-parser'
import { expect, test } from 'vitest'
import { parseModule } from '../../edit/module.ts'
import { reportVueErrors } from './vue-errors.ts'

const IMPORT = "import { createApp } from 'vue'\n"
const HANDLER = `// Vue catches errors of handlers, async ones too, and of rendering.
app.config.errorHandler = (error, _instance, info) => {
  tracing.recordError(error, { 'vue.info': info })
  console.error(error)
}
`

function report(text: string): string | undefined {
  const module = parseModule('src/main.ts', text)
  const edits = module && reportVueErrors(module)
  return edits && applyEdits(text, [...edits])
}

test.each([
  [
    'two statements',
    `${IMPORT}\nconst app = createApp(App)\napp.mount('#app')\n`,
    `${IMPORT}\nconst app = createApp(App)\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'one expression',
    `${IMPORT}\ncreateApp(App).mount('#app')\n`,
    `${IMPORT}\nconst app = createApp(App)\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'plugins in the same expression',
    `${IMPORT}\ncreateApp(App).use(router).use(createPinia()).mount('#app')\n`,
    `${IMPORT}\nconst app = createApp(App).use(router).use(createPinia())\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'an expression on several lines',
    `${IMPORT}\n// The app\ncreateApp(App)\n  .use(router) // routes\n  .mount('#app')\n`,
    `${IMPORT}\n// The app\nconst app = createApp(App)\n  .use(router) // routes\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'plugins before the mount',
    `${IMPORT}const app = createApp(App)\napp.use(router).mount('#app')\n`,
    `${IMPORT}const app = createApp(App)\n${HANDLER}app.use(router).mount('#app')\n`,
  ],
  [
    'a root component that is kept',
    `${IMPORT}const vm = createApp(App).mount('#app')\nwindow.vm = vm\n`,
    `${IMPORT}const app = createApp(App)\n${HANDLER}const vm = app.mount('#app')\nwindow.vm = vm\n`,
  ],
  [
    'a mount that follows the router',
    `${IMPORT}const app = createApp(App).use(router) // routes\nrouter.isReady().then(() => app.mount('#app'))\n`,
    `${IMPORT}const app = createApp(App).use(router) // routes\n${HANDLER}router.isReady().then(() => app.mount('#app'))\n`,
  ],
  [
    'an imported name of its own',
    "import { createApp as create } from 'vue'\ncreate(App).mount('#app')\n",
    `import { createApp as create } from 'vue'\nconst app = create(App)\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'all of Vue',
    "import * as Vue from 'vue'\nVue.createSSRApp(App).mount('#app')\n",
    `import * as Vue from 'vue'\nconst app = Vue.createSSRApp(App)\n${HANDLER}app.mount('#app')\n`,
  ],
  [
    'the name of the new constant for something else',
    `${IMPORT}import app from './app'\ncreateApp(app).mount('#app')\n`,
    `${IMPORT}import app from './app'\nconst vueApp = createApp(app)\n${HANDLER.replace('app.config', 'vueApp.config')}vueApp.mount('#app')\n`,
  ],
])('errors of an app are reported with %s', (_, before, after) => {
  expect(report(before)).toBe(after)
})

test.each([
  ['a handler', `${IMPORT}const app = createApp(App)\napp.config.errorHandler = report\napp.mount('#app')\n`],
  ['a method that does not return the app', `${IMPORT}createApp(App).runWithContext(run).mount('#app')\n`],
  ['an app of another function', "makeApp(App).mount('#app')\n"],
  ['a mount in a function', `${IMPORT}function start() {\n  createApp(App).mount('#app')\n}\nstart()\n`],
  ['a directive for the compiler', `${IMPORT}// @ts-expect-error no types\ncreateApp(App).mount('#app')\n`],
  ['two apps', `${IMPORT}createApp(A).mount('#a')\ncreateApp(B).mount('#b')\n`],
  ['both names taken', `${IMPORT}import { app, vueApp } from './app'\ncreateApp(app).mount(vueApp)\n`],
  ['an optional call', `${IMPORT}createApp(App)?.mount('#app')\n`],
  ['a mount of a property', `${IMPORT}const a = { b: createApp(App) }\na.b.mount('#app')\n`],
  ['a mount that another call is made of', `${IMPORT}createApp(App).mount('#app').then(a)\n`],
  ['a mount among other variables', `${IMPORT}const a = 1, vm = createApp(App).mount('#app')\n`],
  ['an app that may change', `${IMPORT}let app\napp = createApp(App)\napp.mount('#app')\n`],
  ['an app in a pattern', `${IMPORT}const { config } = createApp(App)\n`],
  ['no app', "import { ref } from 'vue'\nref(1)\n"],
  ['a computed method', `${IMPORT}createApp(App)['mount']('#app')\n`],
])('a module with %s is left', (_, text) => {
  expect(report(text)).toBeUndefined()
})
