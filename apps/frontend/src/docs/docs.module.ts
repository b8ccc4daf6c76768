import { Module } from '@nestjs/common';
import { ApiDocument } from './api-document.js';
import { DocsController } from './docs.controller.js';
import { DocsFiles } from './docs-files.js';

/** The API page. `ApiDocument.describe` must be called with the application before it listens. */
@Module({ controllers: [DocsController], providers: [ApiDocument, DocsFiles], exports: [ApiDocument] })
export class DocsModule {}
