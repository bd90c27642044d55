import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { secretsOfConfig, secretsOfEnvironment } from '../../src/config/secrets.ts'

test('secret is what a variable holds whose name says so, unless it names a file', () => {
  const environment = {
    ...{ GENESIS_API_TOKEN: 'one', WEAVIATE_API_KEY: 'two', AWS_SECRET_ACCESS_KEY: 'three', PGPASSWORD: 'four' },
    ...{ SSH_KEY: '~/.ssh/id', CREDENTIALS: '/etc/x', GENESIS_HOME: 'home', KEYBOARD: 'us', MONKEY: 'chimp' },
  }
  assert.deepEqual(secretsOfEnvironment(environment), ['one', 'two', 'three', 'four'])
})

test('secret in the configuration is the address that is pinged, the key in its path, and what stands behind an option for a secret', () => {
  const config = Config.parse({
    hooks: {
      ping_url: 'https://hc.example/ping/3f2a91c07d5b4e6f8a1b/genesis-improve',
      on_deploy: { program: './tell', args: ['--room', 'models', '--api-key', 'five', 'end'] },
    },
    gate: { graders: { mine: { program: './grade', args: ['--token=a=b'] } } },
  })
  assert.deepEqual(secretsOfConfig(config), [
    'https://hc.example/ping/3f2a91c07d5b4e6f8a1b/genesis-improve',
    '3f2a91c07d5b4e6f8a1b',
    'five',
    'a=b',
  ])
})
