import { expect, test } from 'vitest'
import { createListeners } from './listeners.ts'

test('a listener gets events until it is removed', () => {
  const target = new EventTarget()
  const seen: string[] = []
  const remove = createListeners().listen(target, 'click', ({ type }) => void seen.push(type))
  target.dispatchEvent(new Event('click'))
  target.dispatchEvent(new Event('keydown'))
  remove()
  target.dispatchEvent(new Event('click'))
  expect(seen).toEqual(['click'])
})

test('an error of a listener is neither thrown nor reported, and others still run', () => {
  const target = new EventTarget()
  const { listen } = createListeners()
  let ran = false
  listen(target, 'click', () => {
    throw new Error('a bug')
  })
  target.addEventListener('click', () => {
    ran = true
  })
  expect(target.dispatchEvent(new Event('click'))).toBe(true)
  expect(ran).toBe(true)
})

test('a listener is passive: it cannot cancel the event of the page', () => {
  const target = new EventTarget()
  createListeners().listen(target, 'submit', (event) => event.preventDefault())
  const event = new Event('submit', { cancelable: true })
  target.dispatchEvent(event)
  expect(event.defaultPrevented).toBe(false)
})

test('a target may shadow the methods of EventTarget', () => {
  const target = new EventTarget()
  for (const name of ['addEventListener', 'removeEventListener']) Reflect.set(target, name, null)
  let count = 0
  const remove = createListeners().listen(target, 'click', () => void count++)
  target.dispatchEvent(new Event('click'))
  remove()
  target.dispatchEvent(new Event('click'))
  expect(count).toBe(1)
})
