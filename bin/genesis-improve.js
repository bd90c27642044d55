#!/usr/bin/env node
import module from 'node:module'

// Node 22 and later keep the compiled code between calls: start-up is paid at every tick of the timer.
module.enableCompileCache?.()
module.createRequire(import.meta.url)('../dist/genesis-improve.cjs')
