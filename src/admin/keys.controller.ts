import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import type { Actor } from '../audit/index.js';
import { ApiErrors, BodyTooLargeError, ContentTypeUnsupportedError, RouteNotFoundError, ValidationFailedError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { AdminTokenRefusedError, NOT_UTF8, KeyNotFoundError, KeysFullError, TenantNotFoundError } from './admin.errors.js';
import { AdminGuard } from './admin.guard.js';
import { CurrentActor } from './current-actor.decorator.js';
import { KeyDto, ListedKeyDto, MadeKeyDto, toKeyDto, toListedKeyDto, toMadeKeyDto } from './dto/key.dto.js';
import { MakeKeyDto, toKeyFields } from './dto/make-key.dto.js';
import { KeyAdminService } from './key-admin.service.js';

const ERRORS = [NOT_UTF8, new AdminTokenRefusedError(), new RouteNotFoundError(), new TenantNotFoundError(), new DatabaseUnavailableError()];
const ERRORS_OF_MAKING = [
  ...ERRORS,
  new ValidationFailedError('role must be service or reader.'),
  new KeysFullError(50),
  new BodyTooLargeError(),
  new ContentTypeUnsupportedError(),
];

@ApiTags('admin')
@ApiBearerAuth('ADMIN_TOKEN')
@UseGuards(AdminGuard)
@Controller('admin/tenants/:key/keys')
export class KeysController {
  constructor(private readonly keys: KeyAdminService) {}

  /** Makes an API key and answers it, this once only. Good everywhere within 5 s. */
  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: MadeKeyDto, description: 'The key.' })
  @ApiErrors(ERRORS_OF_MAKING)
  async addKey(@Param('key') tenant: string, @Body() dto: MakeKeyDto, @CurrentActor() actor: Actor): Promise<MadeKeyDto> {
    return toMadeKeyDto(await this.keys.add(tenant, toKeyFields(dto), actor));
  }

  /** A tenant's API keys, in the order of their making. */
  @Get()
  @ApiOkResponse({ type: [ListedKeyDto], description: 'The keys, without what they are recognised by.' })
  @ApiErrors(ERRORS)
  async listKeys(@Param('key') tenant: string): Promise<ListedKeyDto[]> {
    return (await this.keys.findAll(tenant)).map(toListedKeyDto);
  }

  /** Revokes an API key for ever: within 5 s it is refused everywhere, and the sockets that it let in are closed. */
  @Delete(':id')
  @ApiOkResponse({ type: KeyDto, description: 'What was revoked.' })
  @ApiErrors([...ERRORS, new KeyNotFoundError()])
  async revokeKey(@Param('key') tenant: string, @Param('id') id: string, @CurrentActor() actor: Actor): Promise<KeyDto> {
    return toKeyDto(await this.keys.revoke(tenant, id, actor));
  }
}
