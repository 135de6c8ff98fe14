import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';

import { ApiWireCall, ApiWireErrors, CurrentCaller, NotAllowedError, viewOf, type Caller } from '../auth/index.js';
import { QueryOrBody, ValidationFailedError } from '../common/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { LocationAnswerDto, LocationOfDto, SaveLocationDto, toLocationAnswer, toLocationFields } from './dto/location.dto.js';
import { LocationNotFoundError } from './location.errors.js';
import { NEWEST_ANSWER, SAVED_ANSWER, SAVE_REQUESTS } from './location.example.js';
import { LocationService } from './location.service.js';

const integer = (example: number): object => ({ schema: { type: 'integer', example } });

@ApiTags('locations')
@Controller('api/agent')
export class LocationController {
  constructor(private readonly locations: LocationService) {}

  /** Stores where an agent is on an order. */
  @Post('saveAgentLocation')
  @HttpCode(200)
  @ApiWireCall()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: SaveLocationDto, examples: SAVE_REQUESTS })
  @ApiOkResponse({ type: LocationAnswerDto, description: 'It is stored.', example: SAVED_ANSWER })
  @ApiWireErrors([new ValidationFailedError('agent_id must be a whole number.'), new NotAllowedError()])
  async saveAgentLocation(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: SaveLocationDto): Promise<LocationAnswerDto> {
    return toLocationAnswer(viewOf(tenant, caller), await this.locations.save(tenant, caller, toLocationFields(dto)), 'Location saved successfully');
  }

  /** The newest location of an agent on an order; the two fields stand in the query, or in a body as old callers send it. */
  @Get('getAgentLocation')
  @ApiWireCall()
  @ApiQuery({ name: 'agent_id', required: false, description: 'The agent; required here or in the body.', ...integer(141) })
  @ApiQuery({ name: 'order_id', required: false, description: 'The order; required here or in the body.', ...integer(10) })
  @ApiOkResponse({ type: LocationAnswerDto, description: 'The newest location.', example: NEWEST_ANSWER })
  @ApiWireErrors([new ValidationFailedError('agent_id is required.'), new LocationNotFoundError()])
  async getAgentLocation(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @QueryOrBody() { agent_id, order_id }: LocationOfDto): Promise<LocationAnswerDto> {
    return toLocationAnswer(viewOf(tenant, caller), await this.locations.getNewest(tenant, caller, agent_id, order_id), 'Latest data read successfully');
  }
}
