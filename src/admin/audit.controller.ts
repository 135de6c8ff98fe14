import { Controller, Get, Header, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { AuditService } from '../audit/index.js';
import { ApiErrors, RouteNotFoundError, ValidationFailedError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { AdminTokenRefusedError } from './admin.errors.js';
import { AdminGuard } from './admin.guard.js';
import { AuditRecordDto, FindAuditDto, toAuditQuery, toAuditRecordDto } from './dto/audit.dto.js';

@ApiTags('admin')
@ApiBearerAuth('ADMIN_TOKEN')
@UseGuards(AdminGuard)
@Controller('admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** Who changed what, and how many calls were refused, newest first. */
  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: [AuditRecordDto], description: 'The records.' })
  @ApiErrors([new AdminTokenRefusedError(), new RouteNotFoundError(), new ValidationFailedError('limit must be a whole number from 1 to 500.'), new DatabaseUnavailableError()])
  async findAudit(@Query() query: FindAuditDto): Promise<AuditRecordDto[]> {
    return (await this.audit.find(toAuditQuery(query))).map(toAuditRecordDto);
  }
}
