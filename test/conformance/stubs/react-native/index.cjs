// What @segment/analytics-react-native and its store ask of a phone. Everything else of them runs as it is published.

/** As the native module of the SDK answers on an iPhone. */
const device = {
  appName: 'App',
  appVersion: '1.0',
  buildNumber: '1',
  bundleId: 'com.example.app',
  locale: 'en-US',
  networkType: 'wifi',
  osName: 'iOS',
  osVersion: '18.1',
  screenHeight: 800,
  screenWidth: 400,
  screenDensity: 2,
  timezone: 'Europe/Oslo',
  manufacturer: 'Apple',
  model: 'iPhone',
  deviceName: 'iPhone',
  deviceId: 'device-1',
  deviceType: 'ios',
}

const subscription = { remove() {} }

module.exports = {
  Platform: { OS: 'ios', select: (choices) => choices.ios ?? choices.default },
  AppState: { currentState: 'active', addEventListener: () => subscription },
  NativeModules: {
    AnalyticsReactNative: { getContextInfo: () => Promise.resolve(device) },
    Sovran: { getConstants: () => ({ ON_STORE_ACTION: 'onStoreAction' }) },
  },
  NativeEventEmitter: class {
    addListener() {
      return subscription
    }
  },
}
