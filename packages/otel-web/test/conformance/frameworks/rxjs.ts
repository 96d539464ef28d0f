import {
  animationFrameScheduler,
  asapScheduler,
  asyncScheduler,
  debounceTime,
  delay,
  mergeMap,
  observeOn,
  queueScheduler,
  type SchedulerLike,
  Subject,
  scheduled,
} from 'rxjs'
import { sleep } from '../flow.ts'
import { type Program, provide } from './program.ts'

const schedulers: [string, SchedulerLike][] = [
  ['asapScheduler', asapScheduler],
  ['asyncScheduler', asyncScheduler],
  ['queueScheduler', queueScheduler],
  ['animationFrameScheduler', animationFrameScheduler],
]

provide([
  ...schedulers.map(
    ([name, scheduler]): Program => ({
      name,
      places: ['observeOn', 'scheduled', 'of its own'],
      start(look) {
        const subject = new Subject<string>()
        subject.pipe(observeOn(scheduler)).subscribe((owner) => look('observeOn', owner))
        return (_, action) => {
          subject.next(action)
          scheduled([action], scheduler).subscribe((owner) => look('scheduled', owner))
          scheduler.schedule(() => look('of its own', action))
        }
      },
    }),
  ),
  {
    name: 'operators',
    places: ['delay', 'mergeMap'],
    start(look) {
      const subject = new Subject<string>()
      subject.pipe(delay(3)).subscribe((owner) => look('delay', owner))
      subject
        .pipe(
          mergeMap(async (owner) => {
            await sleep(2)
            return owner
          }),
        )
        .subscribe((owner) => look('mergeMap', owner))
      return (_, action) => subject.next(action)
    },
  },
  {
    name: 'debounceTime, one for each action',
    places: ['debounced'],
    start(look) {
      const subjects = [new Subject<string>(), new Subject<string>()]
      for (const subject of subjects) {
        subject.pipe(debounceTime(5)).subscribe((owner) => look('debounced', owner))
      }
      return (nth, action) => subjects[nth]?.next(action)
    },
  },
])
