import { code, type Guide, type Where } from './snippet.ts'

export function http({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      {
        title: 'Send an event from a terminal',
        language: 'sh',
        code: code(`
    curl ${origin}/v1/track \\
      -u ${writeKey}: \\
      -H 'Content-Type: application/json' \\
      -d '{"userId":"user-123","event":"Signed Up","properties":{"plan":"pro"}}'
    `),
        note: 'The write key is the user name, the password is empty. The answer is {"success":true} once the event is stored.',
      },
      {
        title: 'Or several at once',
        language: 'sh',
        code: code(`
    curl ${origin}/v1/batch \\
      -u ${writeKey}: \\
      -H 'Content-Type: application/json' \\
      -d '{"batch":[{"type":"identify","userId":"user-123","traits":{"email":"ada@example.com"}},{"type":"page","userId":"user-123","name":"Pricing"}]}'
    `),
      },
    ],
  }
}

export function node({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'npm install @segment/analytics-node' },
      {
        title: 'Send an event',
        language: 'js',
        code: code(`
    import { Analytics } from '@segment/analytics-node'

    const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}' })

    analytics.track({ userId: 'user-123', event: 'Signed Up', properties: { plan: 'pro' } })

    // Before the process ends: send what is still waiting.
    await analytics.closeAndFlush()
    `),
      },
    ],
  }
}

export function python({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'pip install segment-analytics-python' },
      {
        title: 'Send an event',
        language: 'python',
        code: code(`
    import segment.analytics as analytics

    analytics.write_key = '${writeKey}'
    analytics.host = '${origin}'

    analytics.track('user-123', 'Signed Up', {'plan': 'pro'})
    analytics.flush()
    `),
      },
    ],
  }
}

export function ruby({ origin, writeKey }: Where): Guide {
  const { hostname, port, protocol } = new URL(origin)
  const ssl = protocol === 'https:'
  return {
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'gem install analytics-ruby' },
      {
        title: 'Send an event',
        language: 'ruby',
        code: code(`
    require 'segment/analytics'

    analytics = Segment::Analytics.new(
      write_key: '${writeKey}',
      host: '${hostname}', port: ${port || (ssl ? '443' : '80')}, ssl: ${ssl}
    )

    analytics.track(user_id: 'user-123', event: 'Signed Up', properties: { plan: 'pro' })
    analytics.flush
    `),
      },
    ],
  }
}

export function go({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'go get github.com/segmentio/analytics-go/v3' },
      {
        title: 'Send an event',
        language: 'go',
        code: code(`
    package main

    import "github.com/segmentio/analytics-go/v3"

    func main() {
      client, _ := analytics.NewWithConfig("${writeKey}", analytics.Config{Endpoint: "${origin}"})
      defer client.Close()

      client.Enqueue(analytics.Track{
        UserId:     "user-123",
        Event:      "Signed Up",
        Properties: analytics.NewProperties().Set("plan", "pro"),
      })
    }
    `),
      },
    ],
  }
}

export function php({ origin, host, writeKey }: Where): Guide {
  return {
    ...onlyHttps(origin, 'The PHP library'),
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'composer require segmentio/analytics-php' },
      {
        title: 'Send an event',
        language: 'php',
        code: code(`
    <?php
    require 'vendor/autoload.php';

    use Segment\\Segment;

    Segment::init('${writeKey}', ['host' => '${host}', 'consumer' => 'lib_curl']);

    Segment::track([
      'userId' => 'user-123',
      'event' => 'Signed Up',
      'properties' => ['plan' => 'pro'],
    ]);
    Segment::flush();
    `),
      },
    ],
  }
}

export function java({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      {
        title: 'Add the SDK to your build',
        language: 'gradle',
        code: "implementation 'com.segment.analytics.java:analytics:3.+'",
      },
      {
        title: 'Send an event',
        language: 'java',
        code: code(`
    import com.segment.analytics.Analytics;
    import com.segment.analytics.messages.TrackMessage;
    import java.util.Map;

    Analytics analytics = Analytics.builder("${writeKey}")
        .endpoint("${origin}")
        .build();

    analytics.enqueue(TrackMessage.builder("Signed Up")
        .userId("user-123")
        .properties(Map.of("plan", "pro")));
    analytics.flush();
    `),
      },
    ],
  }
}

export function dotnet({ origin, host, writeKey }: Where): Guide {
  return {
    ...onlyHttps(origin, 'The .NET library'),
    steps: [
      { title: 'Install the SDK', language: 'sh', code: 'dotnet add package Segment.Analytics.CSharp' },
      {
        title: 'Send an event',
        language: 'csharp',
        code: code(`
    using Segment.Analytics;
    using Segment.Serialization;

    var analytics = new Analytics(new Configuration("${writeKey}",
        apiHost: "${host}/v1",
        cdnHost: "${host}/v1"));

    analytics.Identify("user-123");
    analytics.Track("Signed Up", new JsonObject { ["plan"] = "pro" });
    analytics.Flush();
    `),
      },
    ],
  }
}

/** Libraries that always speak https, on a deployment that has none. */
export function onlyHttps(origin: string, library: string): { warning?: string } {
  return origin.startsWith('https:')
    ? {}
    : {
        warning: `${library} always speaks https, and this deployment is on plain http. It works once Sluice is deployed.`,
      }
}
