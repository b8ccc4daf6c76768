import { parentPort } from 'node:worker_threads';
import { runSeeds, type SeedRange } from './run-seeds.js';

/** A thread that runs one range of seeds after the other. */
parentPort?.on('message', (range: SeedRange) => parentPort?.postMessage(runSeeds(range)));
