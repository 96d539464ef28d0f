import { autorun, flow, observable, reaction, runInAction, when } from 'mobx'
import { sleep } from '../flow.ts'
import { provide } from './program.ts'

provide([
  {
    name: 'reactions',
    places: ['autorun', 'reaction', 'when', 'flow'],
    start(look) {
      const cells = [observable.box<string | undefined>(), observable.box<string | undefined>()]
      for (const cell of cells) {
        autorun(() => look('autorun', cell.get()))
        reaction(
          () => cell.get(),
          (owner) => look('reaction', owner),
        )
        when(
          () => cell.get() !== undefined,
          () => look('when', cell.get()),
        )
      }
      const load = flow(function* (nth: number, action: string) {
        yield sleep(2)
        runInAction(() => cells[nth]?.set(action))
        yield null
        look('flow', action)
      })
      return load
    },
  },
  {
    name: 'reactions with a delay, one for each action',
    places: ['autorun', 'reaction'],
    start(look) {
      const cells = [observable.box<string | undefined>(), observable.box<string | undefined>()]
      for (const cell of cells) {
        autorun(() => look('autorun', cell.get()), { delay: 3 })
        reaction(
          () => cell.get(),
          (owner) => look('reaction', owner),
          { delay: 3 },
        )
      }
      return (nth, action) => runInAction(() => cells[nth]?.set(action))
    },
  },
  {
    name: 'one reaction to all actions, with a scheduler',
    places: ['reaction'],
    start(look) {
      const list = observable.array<string>()
      let from = 0
      reaction(
        () => list.length,
        () => {
          for (const owner of list.slice(from)) look('reaction', owner)
          from = list.length
        },
        { scheduler: (run) => void Promise.resolve().then(run) },
      )
      // MobX is known by its reaction from the second time on: that of another reaction has the same text.
      runInAction(() => list.push(''))
      return (_, action) => runInAction(() => list.push(action))
    },
  },
])
