import { inspect } from 'node:util'
import { MissingBrowser } from '../doctor/browser/load-playwright.ts'
import { DOCTOR_HELP, type Format, parseOptions, UsageError } from '../doctor/parse-options.ts'
import { jsonReport } from '../doctor/report/json-report.ts'
import { sarifReport } from '../doctor/report/sarif-report.ts'
import { textReport } from '../doctor/report/text-report.ts'
import { type Diagnosis, runDoctor } from '../doctor/run-doctor.ts'
import { RequestFailure } from '../http/failure.ts'
import { EXIT, hasColours, type Surroundings } from './surroundings.ts'

const REPORTS: Readonly<Record<Format, (diagnosis: Diagnosis, hasColours: boolean) => string>> = {
  text: textReport,
  json: jsonReport,
  sarif: sarifReport,
}

/** `throughline doctor`: prints the report. Returns the exit code. */
export async function doctor(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings
  try {
    const command = parseOptions(args)
    if (command === 'help') {
      print(DOCTOR_HELP)
      return EXIT.fine
    }
    const diagnosis = await runDoctor(command.options, (line) => printError(`checking ${line}`))
    print(REPORTS[command.format](diagnosis, hasColours(surroundings)))
    return diagnosis.findings.some(({ severity }) => severity === 'error') ? EXIT.faulty : EXIT.fine
  } catch (error) {
    if (error instanceof UsageError) printError(`${error.message}\n\n${DOCTOR_HELP}`)
    else if (error instanceof MissingBrowser) printError(`The browser cannot be used: ${error.message}`)
    else if (error instanceof RequestFailure) printError(`The page cannot be reached: ${error.message}.`)
    else printError(inspect(error))
    return EXIT.unusable
  }
}
