const rule = { enabled: true, threshold: 1 }

export const alertRuleChanges = {
  rules: { success_rate: rule },
  webhookUrl: 'https://alerts.example.com/in',
  webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  mail: true,
}

export const alertChanges = { state: 'closed' }
