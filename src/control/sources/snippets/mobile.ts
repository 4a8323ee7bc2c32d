import { onlyHttps } from './servers.ts'
import { code, type Guide, type Where } from './snippet.ts'

export function swift({ origin, host, writeKey }: Where): Guide {
  return {
    ...onlyHttps(origin, 'The Swift library'),
    steps: [
      {
        title: 'Add the package in Xcode',
        language: 'text',
        code: 'https://github.com/segmentio/analytics-swift',
      },
      {
        title: 'Send an event',
        language: 'swift',
        code: code(`
    import Segment

    let configuration = Configuration(writeKey: "${writeKey}")
      .apiHost("${host}/v1")
      .cdnHost("${host}/v1")
    let analytics = Analytics(configuration: configuration)

    analytics.identify(userId: "user-123")
    analytics.track(name: "Signed Up", properties: ["plan": "pro"])
    `),
      },
    ],
  }
}

export function kotlin({ origin, host, writeKey }: Where): Guide {
  return {
    ...onlyHttps(origin, 'The Kotlin library'),
    steps: [
      {
        title: 'Add the SDK to your build',
        language: 'gradle',
        code: 'implementation("com.segment.analytics.kotlin:android:1.+")',
      },
      {
        title: 'Send an event',
        language: 'kotlin',
        code: code(`
    val analytics = Analytics("${writeKey}", applicationContext) {
      apiHost = "${host}/v1"
      cdnHost = "${host}/v1"
    }

    analytics.identify("user-123")
    analytics.track("Signed Up", buildJsonObject { put("plan", "pro") })
    `),
      },
    ],
  }
}

export function reactNative({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      {
        title: 'Install the SDK',
        language: 'sh',
        code: 'npm install @segment/analytics-react-native @segment/sovran-react-native react-native-get-random-values',
      },
      {
        title: 'Send an event',
        language: 'js',
        code: code(`
    import { createClient } from '@segment/analytics-react-native'

    const analytics = createClient({
      writeKey: '${writeKey}',
      proxy: '${origin}/v1',
      cdnProxy: '${origin}/v1',
      useSegmentEndpoints: true,
    })

    analytics.identify('user-123')
    analytics.track('Signed Up', { plan: 'pro' })
    `),
      },
    ],
  }
}
