import { describe, expect, it } from 'vitest'
import { accepted, track } from './facts.ts'

const library = (name: unknown) => ({ context: { library: { name, version: '1' } } })

describe('channel', () => {
  it.each<[string, string]>([
    ['analytics.js', 'client'],
    ['analytics.js/classic', 'client'],
    ['analytics-ios', 'mobile'],
    ['analytics-android', 'mobile'],
    ['analytics-swift', 'mobile'],
    ['analytics-kotlin', 'mobile'],
    ['analytics-react-native', 'mobile'],
    ['@segment/analytics-react-native', 'mobile'],
    ['Analytics-iOS', 'mobile'],
    ['@segment/analytics-node', 'server'],
    ['analytics-node', 'server'],
    ['analytics-python', 'server'],
    ['analytics-ruby', 'server'],
    ['analytics-php', 'server'],
    ['analytics-go', 'server'],
    ['analytics-java', 'server'],
    ['Analytics-CSharp', 'server'],
    ['curios', 'server'],
    ['analytics-iostream', 'server'],
    ['portfolios-for-studios', 'server'],
    ['', 'server'],
  ])('of the library %j is %s', (name, channel) => {
    expect(accepted(track(library(name))).channel).toBe(channel)
  })

  it.each<[string, object, string]>([
    ['no context', {}, 'server'],
    ['no library', { context: {} }, 'server'],
    ['library null', { context: { library: null } }, 'server'],
    ['library a string', { context: { library: 'analytics.js' } }, 'server'],
    ['library name a number', library(7), 'server'],
  ])('with %s is server', (_, fields, channel) => {
    expect(accepted(track({ ...fields })).channel).toBe(channel)
  })

  it('with no library is what the request says', () => {
    expect(accepted(track(), { channel: 'client' }).channel).toBe('client')
  })

  it('of a library stands against what the request says', () => {
    expect(accepted(track(library('analytics-go')), { channel: 'client' }).channel).toBe('server')
  })

  it.each<[unknown, string]>([
    ['client', 'client'],
    ['server', 'server'],
    ['mobile', 'mobile'],
    ['browser', 'client'],
    ['Server', 'mobile'],
    ['', 'mobile'],
    [null, 'mobile'],
    [1, 'mobile'],
    [{}, 'mobile'],
  ])('given as %j by a mobile library is %s', (channel, expected) => {
    expect(accepted(track({ ...library('analytics-ios'), channel })).channel).toBe(expected)
  })

  it('follows a library that only the batch names', () => {
    expect(accepted(track(), library('analytics-android')).channel).toBe('mobile')
  })
})
