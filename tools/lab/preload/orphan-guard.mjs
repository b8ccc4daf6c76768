// Loaded with `node --import` into every process that the lab starts. The lab holds the other end of the IPC channel:
// when the lab is gone, even by SIGKILL, the channel closes and the process ends instead of living on unsupervised.
import { setTimeout } from 'node:timers';
import { isMainThread } from 'node:worker_threads';

const graceMs = 5_000;

function endWithTheLab() {
  setTimeout(() => process.exit(1), graceMs).unref();
  process.kill(process.pid, 'SIGTERM');
}

// Worker threads inherit `--import` but not the channel.
if (isMainThread) {
  if (process.connected) {
    process.on('disconnect', endWithTheLab);
    // A listener for 'disconnect' would keep a process alive that has nothing left to do.
    process.channel.unref();
  } else {
    endWithTheLab();
  }
}
