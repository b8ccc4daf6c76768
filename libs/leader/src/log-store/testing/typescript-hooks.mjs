// Lets a child process of a test run this package's TypeScript sources: `node --import <this file> file.ts`.
// Jest compiles only what it loads itself, and a test must not depend on an earlier build.
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, URL } from 'node:url';

const options = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
  swcrc: false,
};

export async function resolve(specifier, context, next) {
  const isRelative = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts');
  const source = isRelative ? new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL) : undefined;
  return source !== undefined && existsSync(source) ? next(source.href, context) : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { transformSync } = await import('@swc/core');
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
    ...options,
    filename: fileURLToPath(url),
  });
  return { format: 'module', source: code, shortCircuit: true };
}

// Loaded twice: by `--import` on the main thread, where it registers itself, and then on the thread of the hooks.
if (process.env.QUORUMKIT_HOOKS === undefined) {
  process.env.QUORUMKIT_HOOKS = 'registered';
  register(import.meta.url);
}
