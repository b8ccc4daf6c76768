import { runService } from '@toystore/service';
import { readFrontendConfig } from './frontend-config.js';
import { startFrontend } from './frontend.js';

await runService((service) => startFrontend(readFrontendConfig(process.env), service));
