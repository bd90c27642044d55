const { constants } = require('node:fs')

const writing = ['ENOSPC', 'EIO']
const making = ['ENOSPC', 'EIO', 'EACCES']
const removing = ['EIO', 'EACCES']
const all = (names, errors) => Object.fromEntries(names.map((name) => [name, errors]))

/** What the system may answer to each operation on a path; those that only look are left to succeed. */
const onPaths = {
  ...all(['mkdir', 'mkdtemp', 'rename', 'link', 'symlink', 'copyFile', 'cp', 'writeFile', 'appendFile'], making),
  ...all(['rm', 'rmdir', 'unlink', 'chmod', 'utimes', 'truncate'], removing),
  ...all(['access', 'exists', 'lstat', 'opendir', 'readFile', 'readdir', 'readlink', 'realpath', 'stat', 'statfs'], []),
}
/** The same for files that are open, by their numbers ... */
const onNumbers = {
  ...all(['write', 'writev', 'fsync', 'fdatasync', 'ftruncate'], writing),
  ...all(['read', 'readv', 'fstat', 'close'], []),
}
/** ... and by their handles. */
const onHandles = {
  ...all(['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'sync', 'datasync'], writing),
  ...all(['read', 'readv', 'readFile', 'stat', 'close'], []),
}

function errorsOfOpen(flags = 'r') {
  const writes = typeof flags === 'number' ? flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT) : /[wa+]/.test(flags)
  return writes ? making : []
}

module.exports = { onPaths, onNumbers, onHandles, errorsOfOpen }
