export { ClusterSecretError, type ClusterSecretSource, loadClusterSecret } from './auth/cluster-secret.js';
export {
  type CallVerifier,
  HmacAuthenticator,
  type HmacAuthenticatorOptions,
  type IncomingCall,
  type OutgoingCall,
} from './auth/hmac-authenticator.js';
export { InternalCallGuard, OpenRoute, senderOf } from './auth/internal-call.guard.js';
export { type RefusalReason, UnauthenticatedCallError } from './auth/unauthenticated-call-error.js';
export { type CommonFields, commonFields } from './config/common-fields.js';
export { ConfigError, type SettingProblem } from './config/config-error.js';
export {
  baseUrl,
  durationMs,
  type Field,
  flag,
  identifier,
  integer,
  members,
  type MemberSetting,
  oneOf,
  optionalSecret,
  optionalText,
  port,
  text,
} from './config/field.js';
export {
  type ConfigOf,
  type ConfigSchema,
  type Environment,
  readConfig,
  refuseSettings,
} from './config/read-config.js';
export type { DiskFaults } from './faults/disk-faults.js';
export { FaultBoard, type FaultBoardOptions, FaultRefusedError } from './faults/fault-board.js';
export { FaultsController } from './faults/faults.controller.js';
export { FaultsModule } from './faults/faults.module.js';
export { HealthController } from './health/health.controller.js';
export { HealthModule } from './health/health.module.js';
export { Readiness, type ReadinessCheck, type ReadinessReport, type ReadinessResult } from './health/readiness.js';
export { drainServer, endOnShutdown } from './http/drain.js';
export { DtoPipe, parseBody } from './http/dto.pipe.js';
export { rawBodyOf, rawTargetOf } from './http/raw-body.js';
export type { FastPath, ServerLimits } from './http/server-factory.js';
export { createServiceApp, type ServiceAppOptions } from './http/service-app.js';
export {
  createJsonLogger,
  type JsonLogger,
  type JsonLoggerOptions,
  type LogFacts,
  type LogSink,
} from './log/json-logger.js';
export { type LogLevel, logLevels } from './log/log-level.js';
export { annotateRequest, type AnyRequest, RequestLog } from './log/request-log.js';
export { METRICS_REGISTRY, MetricsController } from './metrics/metrics.controller.js';
export { MetricsModule } from './metrics/metrics.module.js';
export { ProblemError, type ProblemExtra } from './problem/problem-error.js';
export { problemOf, type ProblemTranslation } from './problem/problem-of.js';
export { ProblemFilter } from './problem/problem.filter.js';
export { runService, type RunServiceOptions, type ServiceRun } from './run/run-service.js';
export type { ShutdownHook } from './run/shutdown-sequence.js';
