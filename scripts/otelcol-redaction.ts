import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './command.ts'
import { formatRedactionFragment, REDACTION_FRAGMENT } from './otelcol/redaction/fragment.ts'

// Writes the redaction of the Collector. A test fails if it is out of date.
writeFileSync(join(ROOT, REDACTION_FRAGMENT), formatRedactionFragment())
