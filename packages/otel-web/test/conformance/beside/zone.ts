import 'zone.js'
import { startBeside } from './start-beside.ts'
import { renderZoneButton } from './zone-button.ts'

/** A page that has zone.js already. */
startBeside(renderZoneButton)
