import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** What the API page says about itself. */
export interface OpenApiOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Path without a leading slash. Default `docs`. */
  readonly path?: string;
}

/** Serves the OpenAPI page at `/docs` and its document at `/docs-json`. Call it before the app listens. */
export function setUpOpenApi(app: NestFastifyApplication, { title, description, version, path = 'docs' }: OpenApiOptions): void {
  const config = new DocumentBuilder().setTitle(title).setDescription(description).setVersion(version).build();
  SwaggerModule.setup(path, app, () => SwaggerModule.createDocument(app, config));
}
