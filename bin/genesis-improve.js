#!/usr/bin/env node
const module_ = require('node:module')

// Node 22 and later keep the compiled code between calls: start-up is paid at every tick of the timer.
module_.enableCompileCache?.()
require('../dist/genesis-improve.cjs')
