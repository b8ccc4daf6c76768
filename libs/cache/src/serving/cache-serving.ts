import { CacheInterceptor } from './cache.interceptor.js';
import { FastPath } from './fast-path.js';
import { FastifyRoutes } from './fastify-routes.js';
import { HitsBehindGuards } from './hits-behind-guards.js';
import { RouteSurvey } from './route-survey.js';

/** What answers requests from a `CoherentCache` that the same module provides, on each of the ways a request may take. */
export const cacheServing = [CacheInterceptor, RouteSurvey, FastifyRoutes, FastPath, HitsBehindGuards] as const;
