import * as preact from 'preact'
import { followPreact } from '../../../src/preact/follow-preact.ts'
import { PROGRAMS } from './preact-programs.ts'
import { provide } from './program.ts'

followPreact(preact)
provide(PROGRAMS)
