import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

import { pick } from './common/index.js';

const DESCRIPTION = `One chat service behind many deployments: each call is answered from its own deployment's database.

**Which deployment** a call is for: the path prefix \`/t/<key>\`, \`agent_db\` or \`db_name\` decide; without them the \`client\` header,
\`sub_domain\` and the request's host do.

Headers that callers send: \`Accept\`, \`Content-Type\` (JSON or urlencoded), \`Authorization\` (opaque; with or without \`Bearer\`), \`client\`,
\`language\`, \`currency\`, \`code\`. The last three have no effect.

Errors never use status 401 on the chat's routes, because old apps log their user out on it.`;

// What most people look for first.
const TAGS = {
  'room lists': "Somebody's rooms with everybody in them and their newest message, newest first.",
  messages: 'What is written in a room.',
  rooms: 'Rooms alone.',
  participants: 'Who is in a room.',
  locations: 'Where agents are.',
  admin: 'Deployments, for the operator.',
  health: 'Whether this instance can serve, and what it counts.',
};

/** The OpenAPI document of this service. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder();
  for (const [tag, description] of Object.entries(TAGS)) builder.addTag(tag, description);
  builder
    .setTitle('Anteroom')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The deployment is named in the call')
    .addServer('/t/{key}', 'One deployment', { key: { default: 'ace', description: "The deployment's key" } })
    .addSecurity('Authorization', { type: 'apiKey', in: 'header', name: 'Authorization', description: "The caller's credential, with or without `Bearer`." })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The operator: ADMIN_TOKEN.' }, 'ADMIN_TOKEN')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Whoever collects metrics: METRICS_TOKEN, where it is set.' }, 'METRICS_TOKEN');
  const document = SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: (_, method) => method });
  Object.values(document.components?.schemas ?? {}).forEach(mendAlternatives);
  // What a route needs stands on the route; health needs nothing.
  return { ...document, security: [] };
}

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

// Beside the alternatives that a decorator writes, the swagger plugin puts what it reads of the TypeScript type.
function mendAlternatives(schema: Schema): void {
  const properties = 'properties' in schema ? (schema.properties ?? {}) : {};
  for (const [name, listed] of Object.entries(properties)) {
    const property = unlisted(listed);
    properties[name] = property;
    if (!('oneOf' in property)) continue;
    const [first, ...others] = property.oneOf ?? [];
    if (property.nullable === true && first !== undefined) property.oneOf = [{ ...first, nullable: true }, ...others];
    delete property.nullable;
    delete property.allOf;
  }
}

// A list, or a lone value: of a TypeScript list the plugin makes a list of these alternatives.
function unlisted(property: Schema): Schema {
  if (!('items' in property) || !('oneOf' in property.items)) return property;
  const { oneOf = [] } = property.items;
  if (!oneOf.some((one) => 'type' in one && one.type === 'array')) return property;
  return { ...pick(property, ['description', 'example']), oneOf };
}

/** Serves Swagger UI at `/docs` and the document at `/docs-json`, all from this service. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    customSiteTitle: 'Anteroom',
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    swaggerOptions: { tryItOutEnabled: true, persistAuthorization: false, defaultModelsExpandDepth: 0, docExpansion: 'list' },
  });
}
