import { type Field, identifier, oneOf, optionalSecret, optionalText, port, text } from './field.js';
import { type LogLevel, logLevels } from '../log/log-level.js';

/** The settings that every service process has. */
// A type, not an interface: only a type's properties count as those of a schema.
export type CommonFields = {
  readonly nodeId: Field<string>;
  readonly host: Field<string>;
  readonly port: Field<number>;
  readonly dataDir: Field<string>;
  readonly clusterSecret: Field<string | undefined>;
  readonly clusterSecretFile: Field<string | undefined>;
  readonly logLevel: Field<LogLevel>;
};

/** `NODE_ID`, `HOST`, `PORT`, `DATA_DIR`, `CLUSTER_SECRET`, `CLUSTER_SECRET_FILE`, `LOG_LEVEL`. */
export function commonFields(defaults: { nodeId?: string; port?: number; dataDir?: string }): CommonFields {
  return {
    nodeId: identifier('NODE_ID', defaults.nodeId === undefined ? {} : { default: defaults.nodeId }),
    host: text('HOST', { default: '127.0.0.1', lengthMax: 255 }),
    port: port('PORT', defaults.port === undefined ? {} : { default: defaults.port }),
    dataDir: text('DATA_DIR', {
      lengthMax: 4096,
      wanted: 'the path of a folder',
      ...(defaults.dataDir === undefined ? {} : { default: defaults.dataDir }),
    }),
    clusterSecret: optionalSecret('CLUSTER_SECRET'),
    clusterSecretFile: optionalText('CLUSTER_SECRET_FILE', { lengthMax: 4096 }),
    logLevel: oneOf('LOG_LEVEL', logLevels, { default: 'info' }),
  };
}
