import * as v from 'valibot'
import { anyObject, flagged, named, type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'
import { alertChanges, alertRuleChanges } from './input.ts'
import { RULE_NAMES } from './rules.ts'

const alert = v.object({ alert: named('Alert') })
const alertRules = v.object({ alertRules: named('AlertRules') })

export const GROUPS: readonly OperationGroup[] = [
  {
    name: 'Alerts',
    about: 'What somebody has to know: opened once when a rule holds, closed once when it does not any more.',
    params: { id: text('alt_6pWq2', 'Id of the alert.') },
    schemas: {
      Alert: v.object({
        id: text('alt_6pWq2'),
        state: v.picklist(['open', 'closed']),
        rule: v.picklist(RULE_NAMES),
        subject: v.object({
          id: text('dst_8sKw1', 'Of a destination, source or replay.'),
          name: text('Warehouse hook'),
        }),
        title: text('Warehouse hook fails'),
        text: text(
          'Of 120 attempts in 15 minutes 96 failed: the endpoint answered 503. 25 events wait.',
          'What happened.',
        ),
        todo: text('Look at its last failures, and at the receiver.', 'What to do.'),
        path: text('/destinations/dst_8sKw1', 'Where, in the panel.'),
        facts: anyObject({ attempts: 120, delivered: 24, why: 'http_503', waiting: 25 }, 'The figures of that moment.'),
        openedAt: time(),
        closedAt: v.nullable(time()),
      }),
      AlertRules: v.object({
        rules: v.array(
          v.object({
            name: v.picklist(RULE_NAMES),
            when: text('A destination gives events up.'),
            enabled: flagged(true),
            threshold: v.nullable(whole(90)),
            bounds: v.nullable(v.object({ least: whole(1), most: whole(100), fallback: whole(90) })),
          }),
        ),
        webhookUrl: v.nullable(text('https://example.com/alerts', 'Whole for those who may change it.')),
        signed: flagged(true, 'Notices carry webhook-signature.'),
        mail: flagged(true, 'Owners and members who have not muted them are told by mail, where there is a mailer.'),
      }),
    },
    operations: {
      'GET /api/alerts': {
        id: 'listAlerts',
        summary: 'Lists them, the newest first.',
        paged: 200,
        query: { state: v.optional(v.picklist(['open', 'closed'])) },
        answer: { schema: v.object({ alerts: v.array(named('Alert')), pagination: paginationAnswer }) },
      },
      'GET /api/alerts/:id': { id: 'getAlert', summary: 'Tells of one.', answer: { schema: alert } },
      'PATCH /api/alerts/:id': {
        id: 'closeAlert',
        summary: 'Closes one by hand.',
        about: 'What it is about may open another.',
        body: { schema: alertChanges, example: { state: 'closed' }, fields: { state: 'Only closed.' } },
        answer: { schema: alert },
      },
      'GET /api/alert-rules': {
        id: 'getAlertRules',
        summary: 'Says what opens alerts, and where notices go.',
        answer: { schema: alertRules },
      },
      'PATCH /api/alert-rules': {
        id: 'updateAlertRules',
        summary: 'Changes what is named; in force within five minutes.',
        body: {
          schema: alertRuleChanges,
          example: { rules: { success_rate: { threshold: 95 } }, mail: false },
          fields: {
            rules: 'By name: whether it is enabled, and its threshold.',
            webhookUrl: 'Where notices are posted; null: nowhere.',
            webhookSecret:
              'whsec_…: signs them as Standard Webhooks has it; null removes it, as does an address of another origin.',
            mail: 'Whether owners and members are told by mail.',
          },
        },
        answer: { schema: alertRules },
      },
    },
  },
]
