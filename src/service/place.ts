import os from 'node:os'
import path from 'node:path'
import type { Environment } from '../config/environment.ts'
import { GenesisError } from '../errors.ts'
import { packageRoot } from '../system/package-root.ts'
import type { PlacedFile } from './files.ts'
import { serviceUnits, unitNames, userFile } from './units.ts'
import type { ServicePlace } from './units.ts'

export interface ServiceOptions {
  manager: 'system' | 'user'
  home: string
  environment: Environment
}

const usersFile = '/etc/sysusers.d/genesis-improve.conf'

/**
 * The services of this machine: the program that runs now, for this home.
 * @throws GenesisError GI-HOME-UNUSABLE for a path that would begin a line of its own in a unit
 */
export function servicePlace({ manager, home, environment }: ServiceOptions, engineDirectory: string, user: string): ServicePlace {
  if (/\p{Cc}/u.test(home + engineDirectory))
    throw new GenesisError('GI-HOME-UNUSABLE', { why: 'a path holds a line end or another control character' })
  const environmentFile =
    manager === 'system' ? '/etc/genesis-improve/environment' : path.join(userConfiguration(environment), 'genesis-improve', 'environment')
  return {
    manager,
    program: [process.execPath, path.join(packageRoot(), 'bin', 'genesis-improve.js')],
    home,
    engineDirectory,
    user,
    environmentFile,
  }
}

/** Every file that install-service writes, and where. */
export function serviceFiles(place: ServicePlace, environment: Environment): PlacedFile[] {
  const directory = unitDirectory(place.manager, environment)
  const units = serviceUnits(place).map(({ name, text }) => ({ path: path.join(directory, name), text }))
  return place.manager === 'system' ? [{ path: usersFile, text: userFile(place).text }, ...units] : units
}

/** Where those files are, installed or not. */
export function serviceFilePaths(manager: ServicePlace['manager'], environment: Environment): string[] {
  const units = unitNames.map((name) => path.join(unitDirectory(manager, environment), name))
  return manager === 'system' ? [usersFile, ...units] : units
}

function unitDirectory(manager: ServicePlace['manager'], environment: Environment): string {
  return manager === 'system' ? '/etc/systemd/system' : path.join(userConfiguration(environment), 'systemd', 'user')
}

function userConfiguration(environment: Environment): string {
  const given = environment['XDG_CONFIG_HOME'] ?? ''
  return given === '' ? path.join(environment['HOME'] ?? os.homedir(), '.config') : given
}
