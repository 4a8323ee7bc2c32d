export const cloudConnection = {
  settings: { apiKey: 'rk_test_1', address: 'https://api.stripe.com' },
  leftOut: ['disputes'],
  added: [],
  paused: false,
}
