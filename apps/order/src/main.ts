import { runService } from '@toystore/service';
import { readOrderConfig } from './order-config.js';
import { startReplica } from './replica.js';

await runService((service) => startReplica(readOrderConfig(process.env), service));
