import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createDocument } from './document.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Offpush API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script>
      SwaggerUIBundle({ url: '/docs-json', dom_id: '#swagger-ui' });
    </script>
  </body>
</html>
`;

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

/**
 * Serves the OpenAPI document at /docs-json and a page that shows it at /docs. Plain routes of the server: what Nest's own
 * set-up needs for the page's two files cannot be loaded in tests on Node 20.
 */
export function serveDocument(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  const { resolve } = createRequire(import.meta.url);
  let document: OpenAPIObject | undefined;

  server.get('/docs-json', (_request, reply) => {
    document ??= createDocument(app);
    return reply.type('application/json; charset=utf-8').send(document);
  });
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  for (const [file, type] of Object.entries(ASSETS)) {
    server.get(`/docs/${file}`, (_request, reply) =>
      reply.type(type).send(createReadStream(resolve(`swagger-ui-dist/${file}`))),
    );
  }
}
