import { SIMPLE_PROGRAMS } from './preact-programs.ts'
import { provide } from './program.ts'

provide(SIMPLE_PROGRAMS)
