import { runService } from '@toystore/service';
import { startCatalog } from './catalog.js';
import { readCatalogConfig } from './catalog-config.js';

await runService((service) => startCatalog(readCatalogConfig(process.env), service));
