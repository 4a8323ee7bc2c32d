import { describe, expect, it } from 'vitest'
import { refuseAddress } from '../../../src/integrations/index.ts'

describe('an address that may be sent to', () => {
  it.each([
    'https://example.com',
    'https://example.com/',
    'https://EXAMPLE.com/path?q=1#f',
    'https://example.com.:8443/hook',
    'https://a-b.c-d.example.co.uk/in',
    'https://xn--mnchen-3ya.de/',
    'https://münchen.de/',
    'https://8.8.8.8/',
    'https://1.1.1.1:443/',
    'https://134744072/', // 8.8.8.8
    'https://9.255.255.255/',
    'https://11.0.0.0/',
    'https://100.63.255.255/',
    'https://100.128.0.0/',
    'https://169.253.255.255/',
    'https://172.15.255.255/',
    'https://172.32.0.0/',
    'https://192.167.255.255/',
    'https://198.17.255.255/',
    'https://198.20.0.0/',
    'https://223.255.255.255/',
    'https://[2606:4700:4700::1111]/',
    'https://[2001:4860:4860::8888]/',
    'https://[2001:200::1]/',
    'https://[2a00:1450:4001::200e]/',
    'https://localhost.example.com/',
    'https://localhosts.com/',
    'https://internal.example.com/',
    'https://mylocal.io/',
    'https://127.0.0.1.example.com/',
  ])('%s', (url) => {
    expect(refuseAddress(url, false)).toBeUndefined()
  })
})

const NOT_A_URL = /is not a URL/
const HTTPS = /must begin with https/
const CREDENTIALS = /user name or password/
const NOT_PUBLIC = /must be a public host/

describe('an address that is refused', () => {
  it.each<[string, RegExp]>([
    ['', NOT_A_URL],
    ['nonsense', NOT_A_URL],
    ['https://', NOT_A_URL],
    ['https://:443/', NOT_A_URL],
    ['https://exa mple.com/', NOT_A_URL],
    ['https://256.0.0.1/', NOT_A_URL],
    ['https://1.2.3.4.5/', NOT_A_URL],
    ['https://[::1', NOT_A_URL],
    ['https://[fe80::1%25eth0]/', NOT_A_URL],
    ['//example.com/', NOT_A_URL],

    ['http://example.com/', HTTPS],
    ['HTTP://example.com/', HTTPS],
    ['ftp://example.com/', HTTPS],
    ['ws://example.com/', HTTPS],
    ['wss://example.com/', HTTPS],
    ['file:///etc/passwd', HTTPS],
    ['data:text/plain,x', HTTPS],
    ['javascript:alert(1)', HTTPS],
    ['blob:https://example.com/x', HTTPS],
    ['http://127.0.0.1/', HTTPS],

    ['https://user:pass@example.com/', CREDENTIALS],
    ['https://user@example.com/', CREDENTIALS],
    ['https://:pass@example.com/', CREDENTIALS],
    ['https://example.com@127.0.0.1/', CREDENTIALS],
  ])('%s: %s', (url, why) => {
    expect(refuseAddress(url, false)).toMatch(why)
  })
})

describe('127.0.0.1 in every spelling', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.0.0.1..',
    '127.1',
    '127.0.1',
    '2130706433',
    '2130706433.',
    '0x7f000001',
    '0x7f.1',
    '0x7f.1.',
    '0x7f.1..',
    '0X7F.0x0.0x0.0x1',
    '0177.0.0.1',
    '0177.1',
    '017700000001',
    '0x7f.0.0.01',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '𝟙𝟚𝟟.𝟘.𝟘.𝟙',
  ])('%s', (host) => {
    expect(refuseAddress(`https://${host}/`, false)).toMatch(NOT_PUBLIC)
  })
})

describe('an IPv4 address that is not public', () => {
  it.each([
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.255.255.255',
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.0',
    '192.168.255.255',
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '0xa9fea9fe', // 169.254.169.254
    '2852039166',
    '0251.0376.0251.0376',
  ])('%s', (host) => {
    expect(refuseAddress(`https://${host}/`, false)).toMatch(NOT_PUBLIC)
  })
})

describe('an IPv6 address that is not public', () => {
  it.each([
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2', // Teredo
    '2001:10::1',
    '2001:20::1',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456:789a::1',
    'fdff:ffff::1',
    'fe80::1',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ])('[%s]', (host) => {
    expect(refuseAddress(`https://[${host}]/`, false)).toMatch(NOT_PUBLIC)
  })
})

describe('a name that is not public', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost..',
    'ｌｏｃａｌｈｏｓｔ',
    'foo.localhost',
    'foo.localhost.',
    'localhost.localdomain',
    'intranet',
    'x',
    'printer.local',
    'metadata.google.internal',
    'wiki.corp',
    'router.home',
    'nas.lan',
    'files.intranet',
    'db.private',
    'box.home.arpa',
    '1.0.0.127.in-addr.arpa',
    'a.test',
    'a.invalid',
    'a.onion',
    'example..com',
    '.example.com',
    '.',
    '..',
  ])('%s', (host) => {
    expect(refuseAddress(`https://${host}/`, false)).toMatch(NOT_PUBLIC)
  })
})

describe('the local run', () => {
  it.each([
    'http://localhost:3000/hook',
    'https://localhost/',
    'http://localhost.:3000/',
    'http://127.0.0.1:9/',
    'http://127.1/',
    'http://127.9.9.9/',
    'http://2130706433/',
    'http://[::1]:8080/',
    'https://[::1]/',
    'https://example.com/',
  ])('allows %s', (url) => {
    expect(refuseAddress(url, true)).toBeUndefined()
  })

  it.each<[string, RegExp]>([
    ['http://10.0.0.1/', HTTPS],
    ['https://10.0.0.1/', NOT_PUBLIC],
    ['http://169.254.169.254/latest/meta-data', HTTPS],
    ['https://169.254.169.254/', NOT_PUBLIC],
    ['https://192.168.1.1/', NOT_PUBLIC],
    ['https://0.0.0.0/', NOT_PUBLIC],
    ['https://128.0.0.1.local/', NOT_PUBLIC],
    ['https://[::ffff:127.0.0.1]/', NOT_PUBLIC],
    ['https://[fe80::1]/', NOT_PUBLIC],
    ['https://foo.localhost/', NOT_PUBLIC],
    ['https://metadata.google.internal/', NOT_PUBLIC],
    ['http://example.com/', HTTPS],
    ['ftp://localhost/', HTTPS],
    ['ws://127.0.0.1/', HTTPS],
    ['http://user:pass@localhost/', CREDENTIALS],
  ])('refuses %s', (url, why) => {
    expect(refuseAddress(url, true)).toMatch(why)
  })
})
