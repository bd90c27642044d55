const net = require('node:net')

/** Every connection, every piece that is sent and every piece that arrives over TCP; pipes to children are no network. */
function watchNetwork(strike) {
  const remote = new WeakSet()
  const { connect, push, _write, _writev } = net.Socket.prototype
  net.Socket.prototype.connect = function (...given) {
    const [options] = Array.isArray(given[0]) ? given[0] : given
    if (typeof options === 'object' && options?.path == null) remote.add(this)
    if (remote.has(this)) strike.at('connect', `${options.host}:${options.port}`, [])
    return connect.apply(this, given)
  }
  const watched = (name, original) =>
    function (...given) {
      if (remote.has(this)) strike.at(name, 'server', [])
      return original.apply(this, given)
    }
  net.Socket.prototype._write = watched('send', _write)
  net.Socket.prototype._writev = watched('send', _writev)
  net.Socket.prototype.push = watched('receive', push)
}

module.exports = { watchNetwork }
