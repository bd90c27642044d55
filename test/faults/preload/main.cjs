// Loaded before the program by --require, in its main thread and in each worker thread: does to it what the plan in GENESIS_FAULT_PLAN says.
// Its children get neither the variable nor the option, so that only the program itself is disturbed.
const { getEnvironmentData, setEnvironmentData } = require('node:worker_threads')
const { shiftClock } = require('./clock.cjs')
const { watchFileSystem } = require('./file-system.cjs')
const { watchNetwork } = require('./network.cjs')
const { Strike } = require('./strike.cjs')

const plan = JSON.parse(process.env.GENESIS_FAULT_PLAN)
// One count for all threads: whoever is first makes it.
const name = 'genesis-fault-count'
const shared = getEnvironmentData(name) ?? new SharedArrayBuffer(16)
setEnvironmentData(name, shared)
const clock = shiftClock(plan.clockMs ?? 0, new BigInt64Array(shared, 8, 1))
const strike = new Strike(plan, new Int32Array(shared, 0, 1), clock)
watchFileSystem(strike, plan.scope)
watchNetwork(strike)
