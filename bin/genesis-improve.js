#!/usr/bin/env node
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const vm = require('node:vm')

// Compiling the program takes as long as running it, and a timer starts it every hour or oftener. So its compiled code is kept in the engine's
// cache directory, apart for the commands that are called again and again: each compiles other parts of it. Node 22 has the like, for all alike.
const program = path.join(__dirname, '..', 'dist', 'genesis-improve.cjs')
const source = fs.readFileSync(program, 'latin1')
/** The build ends the file with its digest; the engine itself tells sources apart by their length only. */
const digest = source.slice(-64)
const command = ['check', 'status', 'learn'].find((name) => process.argv.includes(name)) ?? 'other'
const cacheFile = cacheFileOf(process.env)
/** Seconds. */
const longCall = 5

const cachedData = readCache()
const script = new vm.Script(source, { filename: program, cachedData })
if (cacheFile !== undefined && (cachedData === undefined || script.cachedDataRejected)) process.on('exit', writeCache)
const main = { exports: {} }
script.runInThisContext()(main.exports, createRequire(program), main, program, path.dirname(program))

function cacheFileOf({ GENESIS_ENGINE_DIR, XDG_CACHE_HOME, LOCALAPPDATA, HOME, NODE_DISABLE_COMPILE_CACHE }) {
  const user = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && path.join(HOME, '.cache'))
  const engine = GENESIS_ENGINE_DIR || (user && path.join(user, 'genesis-improve', 'engine'))
  if (!engine || NODE_DISABLE_COMPILE_CACHE) return undefined
  return path.join(engine, 'compiled', `${command}-${process.version}-${process.arch}.bin`)
}

function readCache() {
  if (cacheFile === undefined) return undefined
  try {
    const content = fs.readFileSync(cacheFile)
    const data = content.subarray(128)
    // The engine runs damaged code as it is.
    return content.latin1Slice(0, 128) === digest + digestOf(data) ? data : undefined
  } catch (error) {
    return without(error)
  }
}

function writeCache() {
  // Node forgets compiled code that was not used for a while, that of the start first: a long call leaves this to a short one.
  if (process.uptime() > longCall) return
  const temporary = `${cacheFile}.${process.pid}`
  try {
    fs.mkdirSync(path.dirname(cacheFile), { recursive: true, mode: 0o700 })
    const data = script.createCachedData()
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(digest + digestOf(data)), data]), { mode: 0o600 })
    fs.renameSync(temporary, cacheFile)
  } catch (error) {
    without(error)
  }
}

function digestOf(data) {
  return createHash('sha256').update(data).digest('hex')
}

/** A cache that can't be read or written is done without. */
function without(error) {
  if (typeof error.code !== 'string') throw error
  return undefined
}
