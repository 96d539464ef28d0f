import { Component, type ErrorInfo, type ReactNode } from 'react'
import { tracing } from './tracing.ts'

/** Reports what a component below it throws while it renders, and shows a message in its place. */
export class Boundary extends Component<{ children: ReactNode }> {
  override state = { failed: false }
  static getDerivedStateFromError() {
    return { failed: true }
  }
  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo) {
    tracing.recordError(error, { 'react.component_stack': componentStack ?? '' })
  }
  override render() {
    return this.state.failed ? <p>Sorry, this page does not work.</p> : this.props.children
  }
}
