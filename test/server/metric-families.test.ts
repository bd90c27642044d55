import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricFacts } from '../../src/server/metric-facts.ts'
import { metricFamilies } from '../../src/server/metric-families.ts'

const cycle = { id: 'x', openedAt: '', closedAt: '', reason: '', baseline: '', step: null, reasons: [], estimate: null, release: null }
const facts = {
  version: '1.2.3',
  status: {
    last_training_time: '1970-01-01T00:01:00.000Z',
    learnings_since_training: 7,
    current_model: 'genesis-20260101-000000',
    training_runs: 2,
    improvement_score: 0.75,
    last_check_time: '1970-01-01T00:02:00.500Z',
    should_trigger: true,
    blockers: [],
    triggers: [
      { name: 'learnings', value: 7, limit: 5, state: 'met', explanation: '' },
      { name: 'performance', value: null, limit: 0.9, state: 'unknown', explanation: '' },
    ],
    cycle: { id: 'x', step: 'train', status: 'retrying', progress: null, error: 'away' },
    unusable: { count: 1, reasons: [] },
  },
  past: {
    current_model: 'genesis-20260101-000000',
    cycles: [
      { ...cycle, outcome: 'DEPLOY' },
      { ...cycle, outcome: 'DEPLOY' },
      { ...cycle, outcome: null },
    ],
    releases: [
      { deployedAt: '1970-01-01T00:00:02.000Z', rolledBackAt: '1970-01-01T00:00:02.500Z' },
      { deployedAt: '1970-01-01T00:00:03.000Z', rolledBackAt: null },
    ],
  },
  durationsMs: { train: 90_500 },
  accuracy: [{ stratum: 'gate', items: 40, baseline: 0.25, candidate: 0.5 }],
} as unknown as MetricFacts

test('times are in seconds, shares from 0 to 1, what is unknown is left out', () => {
  const lines = metricFamilies(facts).flatMap(({ name, values }) =>
    values.map(([labels, value]) =>
      `${name.replace('genesis_improvement_', '')} ${Object.values(labels).join(' ')} ${value}`.replace('  ', ' '),
    ),
  )
  for (const line of [
    'info 1.2.3 genesis-20260101-000000 1',
    'waiting_learnings 7',
    'due 1',
    'trigger_met learnings 1',
    'trigger_met performance 0',
    'trigger_value learnings 7',
    'open_cycle_step train 1',
    'open_cycle_step collect 0',
    'open_cycle_failing 1',
    'cycles_total DEPLOY 2',
    'cycles_total REFUSE 0',
    'rollbacks_total 1',
    'training_runs_total 2',
    'step_duration_seconds train 90.5',
    'score_ratio 0.75',
    'accuracy_ratio gate baseline 0.25',
    'accuracy_ratio gate candidate 0.5',
    'gate_items gate 40',
    'last_check_timestamp_seconds 120.5',
    'last_training_timestamp_seconds 60',
    'last_deployment_timestamp_seconds 3',
  ])
    assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`)
  assert.ok(!lines.some((line) => line.startsWith('trigger_value performance')))
})
