export { followPreact, type Preact } from './follow-preact.ts'
