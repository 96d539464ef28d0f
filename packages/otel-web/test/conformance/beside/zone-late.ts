import { startBeside } from './start-beside.ts'
import { renderZoneButton } from './zone-button.ts'

/** A page that loads zone.js after the context manager, as with the script tag in the head. */
startBeside(async (see, root) => {
  await import('zone.js')
  renderZoneButton(see, root)
})
