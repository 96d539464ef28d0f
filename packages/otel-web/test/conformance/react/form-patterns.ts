// biome-ignore-all lint/correctness/noComponentHookFactories: a pattern makes its component, once
// biome-ignore-all lint/correctness/useExhaustiveDependencies: effects run when what they look at changes, and at no other time
import * as React from 'react'
import * as ReactDom from 'react-dom'
import { type Owner, sleep } from '../flow.ts'
import type { ReactPattern } from './patterns.ts'

const { createElement: h, useEffect, useState } = React

interface Saved {
  readonly by: Owner
  readonly isOptimistic?: boolean
}
type See = Parameters<ReactPattern['component']>[0]
type Act = Parameters<Parameters<ReactPattern['component']>[1]>[0]

function useSaved(see: See, where: string, saved: Saved | undefined): void {
  useEffect(() => {
    if (saved) see(where, saved.by)
  }, [saved])
}

const ownerOf = (data: FormData): Owner => String(data.get('by'))

/** A form with one field. A person's action fills it in and submits it. */
function Form({
  onAct,
  action,
  children,
}: {
  onAct: (act: Act) => void
  action: (data: FormData) => void | Promise<void>
  children?: React.ReactNode
}): React.ReactNode {
  const form = React.useRef<HTMLFormElement>(null)
  onAct((by) => {
    const field = form.current?.elements.namedItem('by')
    if (!(field instanceof HTMLInputElement)) return
    field.value = by
    form.current?.requestSubmit()
  })
  return h('form', { action, ref: form }, h('input', { name: 'by' }), children)
}

/** Shows whether the form around it is being sent. */
function Status({ see }: { see: See }): null {
  const { pending, data } = ReactDom.useFormStatus()
  useEffect(() => {
    if (pending) see('effect of the status', ownerOf(data))
  }, [pending, data])
  return null
}

/** The forms of React 19. */
export const FORM_PATTERNS: readonly ReactPattern[] = [
  {
    name: 'a form whose action is an async function, with its status',
    places: ['action', 'action, after an await', 'effect of the status', 'effect'],
    needs: 'useActionState',
    component: (see, onAct) => () => {
      const [saved, setSaved] = useState<Saved>()
      const save = async (data: FormData) => {
        const by = ownerOf(data)
        see('action', by)
        await sleep(3)
        see('action, after an await', by)
        setSaved({ by })
      }
      useSaved(see, 'effect', saved)
      return h(Form, { onAct, action: save }, h(Status, { see }))
    },
  },
  {
    name: 'a form whose action is that of useActionState, with its status',
    places: ['action', 'action, after an await', 'effect of the status', 'effect'],
    needs: 'useActionState',
    component: (see, onAct) => () => {
      const [saved, save] = React.useActionState(
        async (_: Saved | undefined, data: FormData): Promise<Saved> => {
          const by = ownerOf(data)
          see('action', by)
          await sleep(3)
          see('action, after an await', by)
          return { by }
        },
        undefined,
      )
      useSaved(see, 'effect', saved)
      return h(Form, { onAct, action: save }, h(Status, { see }))
    },
  },
  {
    name: 'useActionState whose action is not async',
    places: ['action', 'effect'],
    needs: 'useActionState',
    component: (see, onAct) => () => {
      const [saved, save] = React.useActionState((_: Saved | undefined, by: Owner): Saved => {
        see('action', by)
        return { by }
      }, undefined)
      onAct(async (by) => {
        await sleep(3)
        React.startTransition(() => save(by))
      })
      useSaved(see, 'effect', saved)
      return null
    },
  },
  {
    name: 'a form with useActionState and an optimistic state',
    places: ['effect of the optimistic state', 'effect'],
    needs: 'useOptimistic',
    component: (see, onAct) => () => {
      const [saved, save] = React.useActionState(
        async (_: Saved | undefined, data: FormData): Promise<Saved> => {
          await sleep(3)
          return { by: ownerOf(data) }
        },
        undefined,
      )
      const [shown, show] = React.useOptimistic(saved)
      useEffect(() => {
        if (shown?.isOptimistic) see('effect of the optimistic state', shown.by)
      }, [shown])
      useSaved(see, 'effect', saved)
      return h(Form, {
        onAct,
        action: (data) => {
          show({ by: ownerOf(data), isOptimistic: true })
          save(data)
        },
      })
    },
  },
  {
    name: 'useOptimistic with a reducer, in a form action',
    places: ['effect of the optimistic state', 'effect'],
    needs: 'useOptimistic',
    component: (see, onAct) => () => {
      const [saved, setSaved] = useState<Saved>()
      const [shown, show] = React.useOptimistic(
        saved,
        (_: Saved | undefined, by: Owner): Saved => ({
          by,
          isOptimistic: true,
        }),
      )
      useEffect(() => {
        if (shown?.isOptimistic) see('effect of the optimistic state', shown.by)
      }, [shown?.by])
      useSaved(see, 'effect', saved)
      return h(Form, {
        onAct,
        action: async (data) => {
          show(ownerOf(data))
          await sleep(3)
          React.startTransition(() => setSaved({ by: ownerOf(data) }))
        },
      })
    },
  },
]
