import type { Config } from './schema.ts'
import type { Environment } from './environment.ts'

const secretName = /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS|[_-]?API[_-]?KEY|[_-]KEY|[_-]PASS)$/i
/** Such a variable names a file with the secret. */
const isPath = (value: string): boolean => /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\)/.test(value)

/** The values of variables whose names say that they are secret. */
export function secretsOfEnvironment(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) && !isPath(value) ? [value] : [],
  )
}

/** A part of a path that nobody would choose as a name. */
const looksLikeKey = (part: string): boolean => part.length >= 16 && /\d/.test(part)

/** The address that is pinged, with the key in its path, and what programs are given after options like --token. */
export function secretsOfConfig({ hooks, gate, trainer }: Pick<Config, 'hooks' | 'gate' | 'trainer'>): string[] {
  const { ping_url: address, ...programs } = hooks
  const commands = [...Object.values(programs), ...Object.values(gate.graders), trainer.command]
  return [
    ...(address === undefined ? [] : [address, ...new URL(address).pathname.split('/').filter(looksLikeKey)]),
    ...commands.flatMap((command) => secretArguments(command?.args ?? [])),
  ]
}

function secretArguments(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => {
    const [name = '', ...value] = argument.split('=')
    if (!name.startsWith('-') || !secretName.test(name)) return []
    return [value.length > 0 ? value.join('=') : (args[index + 1] ?? '')]
  })
}
