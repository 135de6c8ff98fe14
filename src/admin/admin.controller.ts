import { Body, Controller, Delete, Get, Param, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import type { Actor } from '../audit/index.js';
import { ApiErrors, BodyTooLargeError, ContentTypeUnsupportedError, RouteNotFoundError, ValidationFailedError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { NameTakenError } from '../tenancy/index.js';
import { AdminTokenRefusedError, NOT_UTF8, DatabaseKeptError, DatabaseUserUnsettledError, TenantHasDataError, TenantNotFoundError } from './admin.errors.js';
import { AdminGuard } from './admin.guard.js';
import { CurrentActor } from './current-actor.decorator.js';
import { PutTenantDto } from './dto/put-tenant.dto.js';
import { RemoveTenantDto } from './dto/remove-tenant.dto.js';
import { RemovedTenantDto, TenantDto, toRemovedTenantDto, toTenantDto } from './dto/tenant.dto.js';
import { TenantAdminService } from './tenant-admin.service.js';

const ERRORS = [new AdminTokenRefusedError(), NOT_UTF8, new RouteNotFoundError(), new DatabaseUnavailableError()];
const ERRORS_OF_ONE = [...ERRORS, new TenantNotFoundError()];
const ERRORS_OF_A_CHANGE = [
  ...ERRORS,
  new ValidationFailedError('property color should not exist.'),
  new NameTakenError('names'),
  new TenantHasDataError('cluster'),
  new DatabaseUserUnsettledError(),
  new BodyTooLargeError(),
  new ContentTypeUnsupportedError(),
];

@ApiTags('admin')
@ApiBearerAuth('ADMIN_TOKEN')
@UseGuards(AdminGuard)
@Controller('admin/tenants')
export class AdminController {
  constructor(private readonly admin: TenantAdminService) {}

  /** All tenants, by key. */
  @Get()
  @ApiOkResponse({ type: [TenantDto], description: 'The tenants.' })
  @ApiErrors(ERRORS)
  async list(): Promise<TenantDto[]> {
    return (await this.admin.findAll()).map(toTenantDto);
  }

  /** One tenant. */
  @Get(':key')
  @ApiOkResponse({ type: TenantDto, description: 'The tenant.' })
  @ApiErrors(ERRORS_OF_ONE)
  async show(@Param('key') key: string): Promise<TenantDto> {
    return toTenantDto(await this.admin.get(key));
  }

  /** Makes a tenant or changes one: an absent field stays, null resets. In force everywhere within 5 s. */
  @Put(':key')
  @ApiOkResponse({ type: TenantDto, description: 'The tenant as it is now.' })
  @ApiErrors(ERRORS_OF_A_CHANGE)
  async put(@Param('key') key: string, @Body() dto: PutTenantDto, @CurrentActor() actor: Actor): Promise<TenantDto> {
    return toTenantDto(await this.admin.put(key, dto, actor));
  }

  /** Removes a tenant; its database stays unless `drop_database=true`. */
  @Delete(':key')
  @ApiOkResponse({ type: RemovedTenantDto, description: 'What was removed.' })
  @ApiErrors([...ERRORS_OF_ONE, new ValidationFailedError('drop_database must be true or false.'), new DatabaseKeptError('anteroom_ace_0123456789ab')])
  async remove(@Param('key') key: string, @Query() query: RemoveTenantDto, @CurrentActor() actor: Actor): Promise<RemovedTenantDto> {
    return toRemovedTenantDto(await this.admin.remove(key, { dropDatabase: query.drop_database === 'true' }, actor));
  }
}
