export { brandOf } from './brand.ts'
export { mailInItsName, mailItsContact } from './mail.ts'
export { getProgramme, type Programme } from './queries.ts'
