import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeMessages } from '@toystore/contracts/openapi';
import { staticFile, type StaticFile } from '../static-files/static-file.js';

/** The OpenAPI description of the public API, made once from the running application's own routes. */
export class ApiDocument {
  #file: StaticFile | undefined;

  describe(application: INestApplication): void {
    describeMessages();
    const outline = new DocumentBuilder()
      .setTitle('Toy Store')
      .setDescription('Query toys, place orders, look orders up. Every error is a problem document (RFC 9457).')
      .setVersion('1')
      .build();
    const document = SwaggerModule.createDocument(application, outline);
    this.#file = staticFile(Buffer.from(JSON.stringify(document)), 'application/json; charset=utf-8');
  }

  get file(): StaticFile | undefined {
    return this.#file;
  }
}
