import {
  createApp,
  defineComponent,
  h,
  nextTick,
  onMounted,
  onUpdated,
  ref,
  shallowRef,
  watch,
  watchEffect,
  watchPostEffect,
} from 'vue'
import { sleep } from '../flow.ts'
import { place, provide } from './program.ts'

provide([
  {
    name: 'watchers',
    places: ['watch', 'watchEffect', 'watchPostEffect'],
    start(look) {
      const cells = [ref<string>(), ref<string>()]
      for (const cell of cells) {
        watch(cell, (owner) => look('watch', owner))
        watchEffect(() => look('watchEffect', cell.value))
        watchPostEffect(() => look('watchPostEffect', cell.value))
      }
      return (nth, action) => {
        const cell = cells[nth]
        if (cell) cell.value = action
      }
    },
  },
  {
    name: 'watchers, after an await of its own',
    places: ['watch'],
    start(look) {
      const cells = [ref<string>(), ref<string>()]
      for (const cell of cells) watch(cell, (owner) => look('watch', owner))
      return async (nth, action) => {
        await sleep(2)
        const cell = cells[nth]
        if (cell) cell.value = action
      }
    },
  },
  {
    name: 'components',
    places: ['mounted', 'updated'],
    start(look) {
      const cells = [ref<string>(), ref<string>()]
      const Child = defineComponent({
        props: { owner: String },
        setup: (props) => {
          onMounted(() => look('mounted', props.owner))
          return () => h('b', props.owner)
        },
      })
      const Parent = defineComponent({
        props: { nth: Number },
        setup: (props) => {
          onUpdated(() => look('updated', cells[props.nth ?? 0]?.value))
          return () => {
            const owner = cells[props.nth ?? 0]?.value
            return owner ? h(Child, { owner }) : h('i')
          }
        },
      })
      createApp(() => [h(Parent, { nth: 0 }), h(Parent, { nth: 1 })]).mount(place())
      return (nth, action) => {
        const cell = cells[nth]
        if (cell) cell.value = action
      }
    },
  },
  {
    name: 'next tick',
    places: ['awaited', 'called back'],
    start(look) {
      const cells = [shallowRef<string>(), shallowRef<string>()]
      for (const cell of cells) watch(cell, () => {})
      return async (nth, action) => {
        const cell = cells[nth]
        if (cell) cell.value = action
        // biome-ignore lint/style/useVueNextTickPromise: what is tested
        void nextTick(() => look('called back', action))
        await nextTick()
        look('awaited', action)
      }
    },
  },
])
