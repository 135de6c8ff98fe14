import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';

import { ApiWireCall, ApiWireErrors } from '../auth/index.js';
import { QueryOrBody, ValidationFailedError } from '../common/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { LocationAnswerDto, LocationOfDto, SaveLocationDto, toLocationAnswer, toLocationFields } from './dto/location.dto.js';
import { LocationNotFoundError } from './location.errors.js';
import { LocationService } from './location.service.js';

const INTEGER = { type: 'integer' } as const;

@ApiTags('locations')
@Controller('api/agent')
export class LocationController {
  constructor(private readonly locations: LocationService) {}

  /** Stores where an agent is on an order. */
  @Post('saveAgentLocation')
  @HttpCode(200)
  @ApiWireCall()
  @ApiOkResponse({ type: LocationAnswerDto, description: 'It is stored.' })
  @ApiWireErrors([new ValidationFailedError('agent_id must be a whole number.')])
  async save(@CurrentTenant() tenant: Tenant, @Body() dto: SaveLocationDto): Promise<LocationAnswerDto> {
    return toLocationAnswer(await this.locations.save(tenant, toLocationFields(dto)), 'Location saved successfully');
  }

  /** The newest location of an agent on an order; the two fields stand in the query, or in a body as old callers send it. */
  @Get('getAgentLocation')
  @ApiWireCall()
  @ApiQuery({ name: 'agent_id', required: false, schema: INTEGER, example: 141 })
  @ApiQuery({ name: 'order_id', required: false, schema: INTEGER, example: 10 })
  @ApiOkResponse({ type: LocationAnswerDto, description: 'The newest location.' })
  @ApiWireErrors([new ValidationFailedError('agent_id is required.'), new LocationNotFoundError()])
  async getAgentLocation(@CurrentTenant() tenant: Tenant, @QueryOrBody() { agent_id, order_id }: LocationOfDto): Promise<LocationAnswerDto> {
    return toLocationAnswer(await this.locations.getNewest(tenant, agent_id, order_id), 'Latest data read successfully');
  }
}
