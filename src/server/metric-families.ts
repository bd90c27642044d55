import { steps } from '../cycle/step.ts'
import { CycleOutcome } from '../state/state.ts'
import type { MetricFacts } from './metric-facts.ts'

/** One metric with its values, as Prometheus wants it: seconds, shares from 0 to 1, counters that end in _total. */
export interface MetricFamily {
  name: string
  kind: 'gauge' | 'counter'
  help: string
  labels: readonly string[]
  values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
}

type Values = MetricFamily['values']

/** What a home says about itself in metrics. Times that never were are left out, so that no alert takes 1970 for one. */
export function metricFamilies({ version, status, past, unreadableCycles, durationsMs, accuracy }: MetricFacts): MetricFamily[] {
  const { triggers, cycle, blockers } = status
  const deployed = past.releases.map(({ deployedAt }) => deployedAt).filter((at) => at !== null)
  const ended = (outcome: string): number => past.cycles.filter((one) => one.outcome === outcome).length
  return [
    gauge('info', 'Version of the program and name of the model in production.', [[{ version, model: status.current_model }, 1]]),
    gauge('waiting_learnings', 'Usable learnings that wait for a training.', one(status.learnings_since_training)),
    gauge('unusable_learnings', 'Entries of the learnings files that cannot be used.', one(status.unusable.count)),
    gauge('due', 'Whether a cycle is due and nothing holds it back.', one(Number(status.should_trigger))),
    gauge('blockers', 'Things that keep a cycle from running, such as a missing engine.', one(blockers.length)),
    gauge('unreadable_cycles', 'Cycles whose records are damaged; the others are counted without them.', one(unreadableCycles)),
    gauge(
      'trigger_met',
      'Whether a trigger is met.',
      triggers.map(({ name, state }) => [{ trigger: name }, Number(state === 'met')]),
    ),
    gauge(
      'trigger_value',
      'Learnings, days, or observed accuracy; left out while it is unknown.',
      triggers.flatMap(({ name, value }): Values => (value === null ? [] : [[{ trigger: name }, value]])),
    ),
    gauge(
      'trigger_limit',
      'What is compared with trigger_value.',
      triggers.map(({ name, limit }) => [{ trigger: name }, limit]),
    ),
    gauge(
      'open_cycle_step',
      'The step at which the open cycle is.',
      steps.map((step) => [{ step }, Number(cycle !== null && cycle.step === step)]),
    ),
    gauge('open_cycle_failing', 'Whether the open cycle failed at its step and will try again.', one(Number(cycle?.status === 'retrying'))),
    counter(
      'cycles',
      'Cycles by how they ended.',
      CycleOutcome.exclude(['ROLLED_BACK']).options.map((outcome) => [{ outcome }, ended(outcome)]),
    ),
    counter('rollbacks', 'Releases that were taken back.', one(past.releases.filter(({ rolledBackAt }) => rolledBackAt !== null).length)),
    counter('training_runs', 'Trainings that were finished.', one(status.training_runs)),
    gauge(
      'step_duration_seconds',
      'How long a step took when it was last finished.',
      steps.flatMap((step): Values => (durationsMs[step] === undefined ? [] : [[{ step }, durationsMs[step] / 1000]])),
    ),
    gauge('score_ratio', 'Estimated live accuracy of the model in production when it was last evaluated.', one(status.improvement_score)),
    gauge(
      'accuracy_ratio',
      'Accuracy on held-out items in the newest cycle that compared two models.',
      (accuracy ?? []).flatMap(({ stratum, baseline, candidate }): Values => [
        [{ stratum, model: 'baseline' }, baseline],
        [{ stratum, model: 'candidate' }, candidate],
      ]),
    ),
    gauge(
      'gate_items',
      'Held-out items in that cycle.',
      (accuracy ?? []).map(({ stratum, items }) => [{ stratum }, items]),
    ),
    gauge('last_check_timestamp_seconds', 'When the home was last looked at.', moment(status.last_check_time)),
    gauge('last_training_timestamp_seconds', 'When a training was last finished.', moment(status.last_training_time)),
    gauge('last_deployment_timestamp_seconds', 'When a model was last deployed.', moment(deployed.at(-1) ?? null)),
  ]
}

const gauge = (name: string, help: string, values: Values): MetricFamily => family('gauge', name, help, values)
const counter = (name: string, help: string, values: Values): MetricFamily => family('counter', `${name}_total`, help, values)

function family(kind: MetricFamily['kind'], name: string, help: string, values: Values): MetricFamily {
  return { name: `genesis_improvement_${name}`, kind, help, labels: Object.keys(values[0]?.[0] ?? {}), values }
}

const one = (value: number): Values => [[{}, value]]
const moment = (at: string | null): Values => (at === null ? [] : one(Date.parse(at) / 1000))
