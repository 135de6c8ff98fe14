import { Body, Controller, Delete, Get, Param, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { ApiErrors } from '../common/index.js';
import { AdminGuard } from './admin.guard.js';
import { PutTenantDto } from './dto/put-tenant.dto.js';
import { RemoveTenantDto } from './dto/remove-tenant.dto.js';
import { RemovedTenantDto, TenantDto, toRemovedTenantDto, toTenantDto } from './dto/tenant.dto.js';
import { TenantAdminService } from './tenant-admin.service.js';

const ERRORS = { 401: ['UNAUTHORIZED'], 404: ['TENANT_UNKNOWN', 'ROUTE_NOT_FOUND'], 503: ['DATABASE_UNAVAILABLE'] };

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
  @ApiErrors(ERRORS)
  async show(@Param('key') key: string): Promise<TenantDto> {
    return toTenantDto(await this.admin.get(key));
  }

  /** Makes a tenant or changes one: an absent field stays, null resets. In force everywhere within 5 s. */
  @Put(':key')
  @ApiOkResponse({ type: TenantDto, description: 'The tenant as it is now.' })
  @ApiErrors({ ...ERRORS, 400: ['VALIDATION_FAILED'], 409: ['NAME_TAKEN', 'TENANT_HAS_DATA'], 413: ['BODY_TOO_LARGE'], 415: ['CONTENT_TYPE_UNSUPPORTED'] })
  async put(@Param('key') key: string, @Body() dto: PutTenantDto): Promise<TenantDto> {
    return toTenantDto(await this.admin.put(key, dto));
  }

  /** Removes a tenant; its database stays unless `drop_database=true`. */
  @Delete(':key')
  @ApiOkResponse({ type: RemovedTenantDto, description: 'What was removed.' })
  @ApiErrors({ ...ERRORS, 400: ['VALIDATION_FAILED'] })
  async remove(@Param('key') key: string, @Query() query: RemoveTenantDto): Promise<RemovedTenantDto> {
    return toRemovedTenantDto(await this.admin.remove(key, { dropDatabase: query.drop_database === 'true' }));
  }
}
