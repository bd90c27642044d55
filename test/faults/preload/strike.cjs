const fs = require('node:fs')

// Before anything is watched: what is written here is no operation of the program.
const { appendFileSync } = fs
const errorNumbers = { ENOSPC: -28, EIO: -5, EACCES: -13 }

/** Counts the operations of the program, and strikes at the one that the plan names. */
class Strike {
  constructor(plan, count, clock) {
    this.plan = plan
    this.count = count
    this.clock = clock
  }

  /**
   * An operation is about to begin. Kills, sends a signal, moves the clock, or gives the error that the operation shall end with; `tear` does
   * the half of a write.
   */
  at(operation, file, mayFailWith, tear) {
    const number = Atomics.add(this.count, 0, 1) + 1
    const { at, what, report, record } = this.plan
    if (record) appendFileSync(report, `${JSON.stringify({ number, operation, file, errors: mayFailWith, torn: tear !== undefined })}\n`)
    if (number !== at && !(this.plan.lasting && number > at)) return undefined
    if (what === 'error' && !mayFailWith.includes(this.plan.code)) return undefined
    if (number === at || what === 'error') appendFileSync(report, `${JSON.stringify({ number, operation, file, struck: true })}\n`)
    if (what === 'torn') tear?.()
    if (what === 'kill' || what === 'torn') process.kill(process.pid, 'SIGKILL')
    if (what === 'signal') process.kill(process.pid, this.plan.signal)
    if (what === 'clock') this.clock.jump(this.plan.jumpMs)
    return what === 'error' ? this.error(operation, file, tear) : undefined
  }

  /** A disk that is full takes a part of what is written. */
  error(operation, file, tear) {
    const { code } = this.plan
    if (code === 'ENOSPC') tear?.()
    return Object.assign(new Error(`${code}: made to fail, ${operation} '${file}'`), {
      ...{ code, errno: errorNumbers[code], syscall: operation, path: file },
    })
  }
}

module.exports = { Strike }
