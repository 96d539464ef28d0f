/** `service.name` of the doctor's own spans. */
export const DOCTOR_SERVICE = 'throughline-doctor'
