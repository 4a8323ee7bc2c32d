import { describe, expect, it } from 'vitest'
import { track, verdict } from './facts.ts'

const EVENT = 'Segment Consent Preference Updated'
const preference = (consent: unknown) => track({ event: EVENT, context: { consent } })

describe('a consent preference', () => {
  it.each<[string, unknown, string]>([
    ['is complete', { categoryPreferences: { C1: true, C2: false }, version: 2 }, 'ok'],
    ['has no version', { categoryPreferences: { C1: true } }, 'ok'],
    ['has no categories yet', { categoryPreferences: {} }, 'ok'],
    ['version null is absent', { categoryPreferences: {}, version: null }, 'ok'],
    ['is absent', undefined, 'consent_categorypreferences_should_exist'],
    ['is null', null, 'consent_categorypreferences_should_exist'],
    ['is a string', 'yes', 'consent_categorypreferences_should_exist'],
    ['is a list', [], 'consent_categorypreferences_should_exist'],
    ['has no preferences', {}, 'consent_categorypreferences_should_exist'],
    ['preferences null are absent', { categoryPreferences: null }, 'consent_categorypreferences_should_exist'],
    ['preferences are a list', { categoryPreferences: [] }, 'consent_categorypreferences_fields_should_be_object'],
    ['preferences are true', { categoryPreferences: true }, 'consent_categorypreferences_fields_should_be_object'],
    ['one is a string', { categoryPreferences: { C1: 'true' } }, 'consent_categorypreferences_fields_should_be_bool'],
    ['one is 1', { categoryPreferences: { C1: true, C2: 1 } }, 'consent_categorypreferences_fields_should_be_bool'],
    ['one is null', { categoryPreferences: { C1: null } }, 'consent_categorypreferences_fields_should_be_bool'],
    ['the version is a string', { categoryPreferences: {}, version: '2' }, 'consent_version_should_be_number'],
  ])('%s', (_, consent, expected) => {
    expect(verdict(preference(consent))).toBe(expected)
  })

  it('may come from the batch', () => {
    const shared = { consent: { categoryPreferences: { C1: true } } }
    expect(verdict(track({ event: EVENT }), { context: shared })).toBe('ok')
  })

  it('is asked of no other event', () => {
    expect(verdict(track({ event: 'Paid', context: { consent: 'yes' } }))).toBe('ok')
  })

  it('is asked of no other call', () => {
    expect(verdict({ type: 'identify', userId: 'u', event: EVENT })).toBe('ok')
  })
})
