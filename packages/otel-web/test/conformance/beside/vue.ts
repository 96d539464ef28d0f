import { createApp, defineComponent, h, nextTick, ref, watch } from 'vue'
import { sleep } from '../flow.ts'
import { type See, startBeside } from './start-beside.ts'

const app = (see: See) =>
  defineComponent(() => {
    let clicks = 0
    const text = ref('')
    const done = ref('')
    watch(text, async () => {
      see('watcher')
      await sleep(2)
      see('watcher, after an await')
      done.value = 'done'
    })
    const onClick = async () => {
      see('handler')
      await sleep(2)
      see('handler, after an await')
      text.value = `click ${++clicks}`
      await nextTick()
      see('next tick')
    }
    return () => h('div', [h('button', { onClick }, 'Vue'), h('output', text.value), h('b', done.value)])
  })

startBeside((see, root) => createApp(app(see)).mount(root))
