import { FakeRuntime } from '../fakes/fake-runtime.ts'
import { describeRuntimeContract } from './runtime-contract.ts'

describeRuntimeContract('the fake runtime', async () => ({
  runtime: new FakeRuntime((question) => question.toUpperCase()),
  model: { path: 'model.gguf', digest: '0'.repeat(64) },
  questions: Array.from({ length: 12 }, (_, index) => `what is ${index} and ${index}?`),
}))
