import type { Finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'
import { checkBrowser } from './browser.ts'
import { checkContentSecurityPolicy } from './content-security-policy.ts'
import { checkCors } from './cors.ts'
import { checkEdge } from './edge.ts'
import { checkLogs } from './logs.ts'
import { checkMixedContent } from './mixed-content.ts'
import { checkPageResponse } from './page-response.ts'
import { checkPageTrace } from './page-trace.ts'
import { checkRelayAnswer } from './relay-answer.ts'
import { checkRelayClock } from './relay-clock.ts'
import { checkRelayExports } from './relay-exports.ts'
import { checkResourcePolicy } from './resource-policy.ts'
import { checkScriptFiles } from './script-files.ts'
import { checkSnippet } from './snippet.ts'
import { checkTraceArrival } from './trace-arrival.ts'
import { checkTraceAttributes } from './trace-attributes.ts'
import { checkTraceClock } from './trace-clock.ts'
import { checkTraceDeep } from './trace-deep.ts'
import { checkTraceGaps } from './trace-gaps.ts'
import { checkTraceInstances } from './trace-instances.ts'
import { checkTraceShape } from './trace-shape.ts'
import { checkTraceTimes } from './trace-times.ts'

/** A check reads what was observed. It sends nothing. */
export type Check = (target: Target) => Finding[]

/** Every check, in the order of the chain. */
export const CHECKS: readonly Check[] = [
  checkPageResponse,
  checkSnippet,
  checkScriptFiles,
  checkResourcePolicy,
  checkContentSecurityPolicy,
  checkMixedContent,
  checkPageTrace,
  checkEdge,
  checkCors,
  checkRelayAnswer,
  checkRelayExports,
  checkRelayClock,
  checkBrowser,
  checkTraceArrival,
  checkTraceGaps,
  checkTraceDeep,
  checkTraceClock,
  checkTraceInstances,
  checkTraceShape,
  checkTraceTimes,
  checkTraceAttributes,
  checkLogs,
]
