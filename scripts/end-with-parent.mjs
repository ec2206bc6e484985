// Preloaded into the program that run-child.mjs starts: should that be killed, the channel to it closes.
if (process.channel !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Not a reason to keep running.
  process.channel.unref();
}
