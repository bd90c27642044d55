import path from 'node:path'

/** Where everything of one home lies. Nothing is written outside it but the engine's cache. */
export interface Home {
  readonly root: string
  readonly config: string
  readonly data: string
  readonly state: string
  readonly learningsJson: string
  readonly learningsJsonl: string
  readonly fates: string
  readonly forgotten: string
  readonly floods: string
  readonly userGate: string
  readonly userRetention: string
  readonly pinned: string
  readonly pinnedSet: string
  readonly simulatedPinned: string
  readonly retired: string
  readonly holdoutDecisions: string
  readonly cycles: string
  readonly models: string
  readonly cache: string
  readonly lock: string
  readonly runLock: string
  readonly runProgress: string
}

export function homeAt(directory: string): Home {
  const root = path.resolve(directory)
  const data = path.join(root, 'data')
  const inData = (name: string): string => path.join(data, name)
  return {
    root,
    config: path.join(root, 'genesis-improve.config.json'),
    data,
    state: inData('genesis_improvement_state.json'),
    learningsJson: inData('genesis_learnings.json'),
    learningsJsonl: inData('genesis_learnings.jsonl'),
    fates: inData('fates'),
    forgotten: inData('forgotten.jsonl'),
    floods: inData('floods.jsonl'),
    userGate: inData('gate.jsonl'),
    userRetention: inData('retention.jsonl'),
    pinned: inData('pinned.jsonl'),
    pinnedSet: inData('pinned-set.json'),
    retired: inData('retired.jsonl'),
    simulatedPinned: inData('pinned-simulated.jsonl'),
    holdoutDecisions: inData('holdout.jsonl'),
    cycles: inData('cycles'),
    models: inData('models'),
    cache: inData('cache'),
    lock: inData('.lock'),
    runLock: inData('.run.lock'),
    runProgress: inData('.run.json'),
  }
}
