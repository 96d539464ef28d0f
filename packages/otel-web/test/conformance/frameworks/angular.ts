import { type Program, provide } from './program.ts'
import '@angular/compiler'
import {
  afterRenderEffect,
  Component,
  type ComponentRef,
  computed,
  createComponent,
  effect,
  provideZoneChangeDetection,
  provideZonelessChangeDetection,
  signal,
} from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { sleep } from '../flow.ts'
import { place } from './program.ts'

const isZone = 'Zone' in globalThis

const program = (name: string, pauseMillis?: number): Program => ({
  name,
  places: ['effect', 'effect of the root', 'afterRenderEffect', 'ngOnInit of a child'],
  async start(look) {
    const cells = [signal<string | undefined>(undefined), signal<string | undefined>(undefined)]
    const Child = Component({ selector: 'app-child', template: '<b></b>', inputs: ['nth'] })(
      class AppChild {
        nth = 0
        ngOnInit() {
          look('ngOnInit of a child', cells[this.nth]?.())
        }
      },
    )
    const App = Component({
      selector: 'app-root',
      imports: [Child],
      template: '@if (first()) { <app-child [nth]="0"/> } @if (second()) { <app-child [nth]="1"/> }',
    })(
      class AppRoot {
        first = computed(() => cells[0]?.())
        second = computed(() => cells[1]?.())
        constructor() {
          for (const cell of cells) {
            effect(() => look('effect', cell()))
            afterRenderEffect(() => look('afterRenderEffect', cell()))
          }
        }
      },
    )
    const host = place()
    const app = await createApplication({
      providers: [isZone ? provideZoneChangeDetection() : provideZonelessChangeDetection()],
    })
    const component: ComponentRef<unknown> = createComponent(App, {
      environmentInjector: app.injector,
      hostElement: host,
    })
    app.attachView(component.hostView)
    for (const cell of cells) effect(() => look('effect of the root', cell()), { injector: app.injector })
    app.tick()
    return async (nth, action) => {
      if (pauseMillis) await sleep(pauseMillis)
      cells[nth]?.set(action)
    }
  },
})

provide([program('signals'), program('signals, after an await of its own', 2)])
