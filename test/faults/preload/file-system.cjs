const fs = require('node:fs')
const fsPromises = require('node:fs/promises')
const { syncBuiltinESMExports } = require('node:module')
const { errorsOfOpen, onHandles, onNumbers, onPaths } = require('./operations.cjs')

const { writeFileSync, writeSync } = fs
const halfOf = (data) => (data?.length > 1 ? data.slice(0, data.length / 2) : undefined)

/** Watches every operation on files in `scope`, in whichever of its three forms the program asks for it. */
function watchFileSystem(strike, scope) {
  const opened = new Map()
  const handles = new WeakMap()
  const inScope = (file) => typeof file === 'string' && file.startsWith(scope)
  let nested = false

  /** Goes on, or fails as the system would, unless the operation is a part of another one or none of this home. */
  function pass({ operation, file, errors, tear }, go, fail) {
    const error = nested || !inScope(file) ? undefined : strike.at(operation, file, errors, tear)
    return error === undefined ? go() : fail(error)
  }

  function watch(name, describe, after = (_given, result) => result) {
    const [promised, called, sync] = [fsPromises[name], fs[name], fs[`${name}Sync`]]
    const asked = (given) => ({ operation: name, ...describe(given) })
    if (promised)
      fsPromises[name] = (...given) =>
        pass(
          asked(given),
          () => promised(...given),
          (error) => Promise.reject(error),
        )
    if (sync)
      fs[`${name}Sync`] = (...given) =>
        pass(
          asked(given),
          () =>
            after(
              given,
              alone(() => sync(...given)),
            ),
          throwIt,
        )
    if (called)
      fs[name] = (...given) => {
        if (typeof given.at(-1) !== 'function') return called(...given)
        const done = given.pop()
        const told = (error, ...results) => (error ? done(error) : done(null, ...[after(given, results[0]), ...results.slice(1)]))
        return pass(
          asked(given),
          () => called(...given, told),
          (error) => process.nextTick(done, error),
        )
      }
  }

  /** Some operations are made of others, which go through the same functions. */
  function alone(work) {
    const before = nested
    nested = true
    try {
      return work()
    } finally {
      nested = before
    }
  }

  const torn = (file, half) => (half === undefined ? undefined : () => alone(() => writeFileSync(file, half)))
  for (const [name, errors] of Object.entries(onPaths))
    watch(name, ([from, to]) => ({
      ...{ file: name === 'symlink' ? to : from, errors },
      tear: name === 'writeFile' ? torn(from, halfOf(to)) : undefined,
    }))
  for (const [name, errors] of Object.entries(onNumbers)) watch(name, ([number]) => ({ file: opened.get(number), errors }))
  watch(
    'open',
    ([file, flags]) => ({ file, errors: errorsOfOpen(flags) }),
    ([file], number) => {
      if (inScope(file)) opened.set(number, file)
      else opened.delete(number)
      return number
    },
  )
  const open = fsPromises.open
  let isWatched = false
  fsPromises.open = async (...given) => {
    const handle = await open(...given)
    if (!isWatched) watchHandles(Object.getPrototypeOf(handle))
    isWatched = true
    handles.set(handle, given[0])
    return handle
  }
  syncBuiltinESMExports()

  function watchHandles(prototype) {
    for (const [name, errors] of Object.entries(onHandles)) {
      const original = prototype[name]
      prototype[name] = function (...given) {
        const half = /^(write|append)/.test(name) ? halfOf(given[0]) : undefined
        const tear = half === undefined ? undefined : () => void writeSync(this.fd, half)
        const asked = { operation: `handle.${name}`, file: handles.get(this), errors, tear }
        return pass(
          asked,
          () => original.apply(this, given),
          (error) => Promise.reject(error),
        )
      }
    }
  }
}

function throwIt(error) {
  throw error
}

module.exports = { watchFileSystem }
