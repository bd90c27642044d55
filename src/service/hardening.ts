/** What any manager can forbid, that of a user too. */
const withoutPrivileges = [
  'NoNewPrivileges=yes',
  'UMask=0077',
  'LockPersonality=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged',
  'SystemCallErrorNumber=EPERM',
  'MemoryDenyWriteExecute stays away: Node.js makes machine code while it runs.',
]

/** What needs the system's manager. Files outside the home can be read where their rights allow it, so that a base model may lie anywhere. */
const withPrivileges = [
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'DevicePolicy=closed',
  'KeyringMode=private',
  'PrivateDevices=yes',
  'PrivateMounts=yes',
  'PrivateTmp=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHome=read-only',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'ProtectSystem=strict',
  'RemoveIPC=yes',
]

/** What the program never needs is forbidden to it and to the trainers that it starts. */
export function hardening(manager: 'system' | 'user'): readonly string[] {
  return manager === 'system' ? [...withoutPrivileges, ...withPrivileges] : withoutPrivileges
}
