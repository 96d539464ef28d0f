import {
  asapScheduler,
  bufferCount,
  combineLatest,
  concatMap,
  debounceTime,
  defer,
  delay,
  exhaustMap,
  finalize,
  firstValueFrom,
  forkJoin,
  from,
  fromEvent,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  type OperatorFunction,
  observeOn,
  of,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  timer,
  toArray,
} from 'rxjs'
import { ajax } from 'rxjs/ajax'
import { fromFetch } from 'rxjs/fetch'
import { type Pattern, sleep } from '../flow.ts'

type Flattening = (project: (value: number) => Promise<number>) => OperatorFunction<number, number>

const FLATTENING: Readonly<Record<string, Flattening>> = {
  mergeMap: (project) => mergeMap(project),
  concatMap: (project) => concatMap(project),
  switchMap: (project) => switchMap(project),
  exhaustMap: (project) => exhaustMap(project),
}

/** The published RxJS. */
export const rxjs: Pattern[] = [
  ...Object.entries(FLATTENING).map(
    ([name, operator]): Pattern => ({
      name: `RxJS: ${name} over promises`,
      run: async (flow) => {
        const values = of(1, 2, 3).pipe(
          operator(async (value) => {
            await sleep(value)
            flow.check('inner')
            return value
          }),
          tap(() => flow.check('outer')),
          toArray(),
        )
        await lastValueFrom(values)
        flow.check('after')
      },
    }),
  ),
  {
    name: 'RxJS: timer, delay and debounceTime',
    run: async (flow) => {
      await lastValueFrom(
        timer(1).pipe(
          tap(() => flow.check('timer')),
          delay(2),
          tap(() => flow.check('delay')),
          debounceTime(3),
          tap(() => flow.check('debounceTime')),
          finalize(() => flow.check('finalize')),
        ),
      )
      flow.check('after')
    },
  },
  {
    name: 'RxJS: the first of an interval',
    run: async (flow) => {
      await firstValueFrom(interval(2).pipe(tap(() => flow.check('interval'))))
      flow.check('after')
    },
  },
  {
    name: 'RxJS: a subject of all flows: who says next owns what follows',
    run: async (flow) => {
      const subject = flow.shared(() => new Subject<string>())
      const mine = firstValueFrom(
        subject.pipe(
          mergeMap(async (name) => {
            await sleep(1)
            return name
          }),
          map((name) => {
            flow.check('observer', name)
            return name
          }),
          bufferCount(3),
        ),
      )
      await sleep(2)
      subject.next(flow.name)
      flow.check('said')
      await mine
      flow.check('after')
    },
  },
  {
    name: 'RxJS: combineLatest and forkJoin',
    run: async (flow) => {
      const sources = [1, 2].map((millis) =>
        defer(async () => {
          await sleep(millis)
          flow.check('source')
          return millis
        }),
      )
      await lastValueFrom(combineLatest(sources).pipe(tap(() => flow.check('latest'))))
      await lastValueFrom(forkJoin(sources).pipe(tap(() => flow.check('joined'))))
      flow.check('after')
    },
  },
  {
    name: 'RxJS: fetch, ajax and a retry with a delay',
    run: async (flow) => {
      await lastValueFrom(
        fromFetch('/json?delay=1').pipe(
          switchMap((answer) => answer.json()),
          tap(() => flow.check('fetch')),
        ),
      )
      await lastValueFrom(ajax.getJSON('/json?delay=1').pipe(tap(() => flow.check('ajax'))))
      let tries = 0
      await lastValueFrom(
        defer(async () => {
          await sleep(1)
          flow.check('try')
          if (++tries < 3) throw new Error('again')
        }).pipe(retry({ count: 3, delay: 2 })),
      )
      flow.check('after')
    },
  },
  {
    name: 'RxJS: asapScheduler, events and a promise',
    run: async (flow) => {
      const target = new EventTarget()
      const event = firstValueFrom(fromEvent(target, 'go').pipe(tap(() => flow.check('event'))))
      setTimeout(() => target.dispatchEvent(new Event('go')), 1)
      await event
      flow.check('after the event')
      await lastValueFrom(
        from(sleep(1)).pipe(
          observeOn(asapScheduler),
          tap(() => flow.check('asap')),
          take(1),
        ),
      )
      flow.check('after')
    },
  },
]
