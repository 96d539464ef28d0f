import { type FollowReact, followReact } from '../instrumentation/react/follow-react.ts'
import { readDocument } from '../platform/document.ts'
import type { ChunkScript } from './load-by-script.ts'

/** The entry point of the React chunk as a script. It passes the chunk to the script that loaded it. */
;(readDocument('currentScript') as ChunkScript<FollowReact>).onChunk_?.(followReact)
