/** The user's consent. `unset` means that the user has not decided yet. */
export type Consent = 'granted' | 'denied' | 'unset'
