import {
  type DynamicModule,
  Injectable,
  type InjectionToken,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OptionalFactoryDependency,
} from '@nestjs/common';
import { leaderDirectoryToken } from '../tokens.js';
import type { LeaderDirectoryOptions } from './directory-options.js';
import { LeaderDirectory } from './leader-directory.js';

export interface LeaderDirectoryAsyncOptions {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (...args: never[]) => LeaderDirectoryOptions | Promise<LeaderDirectoryOptions>;
  /** Group the directory is also injectable under by `@InjectLeaderDirectory(group)`. */
  readonly group?: string;
  readonly imports?: DynamicModule['imports'];
  readonly isGlobal?: boolean;
}

const directoryOptionsToken = Symbol('leader directory options');

@Injectable()
class DirectoryLifetime implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly directory: LeaderDirectory) {}

  onApplicationBootstrap(): void {
    this.directory.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.directory.close();
  }
}

/**
 * Provides one `LeaderDirectory` (inject the class, or `@InjectLeaderDirectory(group)`), started when the application
 * has started and closed when it shuts down.
 */
@Module({})
export class LeaderDirectoryModule {
  static forRoot(options: LeaderDirectoryOptions & { readonly isGlobal?: boolean }): DynamicModule {
    return LeaderDirectoryModule.forRootAsync({
      useFactory: () => options,
      group: options.group,
      isGlobal: options.isGlobal ?? false,
    });
  }

  static forRootAsync(options: LeaderDirectoryAsyncOptions): DynamicModule {
    return {
      module: LeaderDirectoryModule,
      global: options.isGlobal ?? false,
      imports: options.imports ?? [],
      providers: [
        {
          provide: directoryOptionsToken,
          useFactory: options.useFactory as (...args: unknown[]) => unknown,
          inject: options.inject ?? [],
        },
        {
          provide: LeaderDirectory,
          useFactory: (resolved: LeaderDirectoryOptions) => new LeaderDirectory(resolved),
          inject: [directoryOptionsToken],
        },
        DirectoryLifetime,
        { provide: leaderDirectoryToken(options.group), useExisting: LeaderDirectory },
      ],
      exports: [LeaderDirectory, leaderDirectoryToken(options.group)],
    };
  }
}
