import { AppError } from '../common/index.js';

/** 400: the call gives no hint that names a deployment. */
export class TenantRequiredError extends AppError {
  constructor() {
    super(
      'TENANT_REQUIRED',
      400,
      'Say which deployment this call is for: by the path prefix /t/<key>, by agent_db or db_name, ' +
        'by the client header, by sub_domain, or by a host name of its own.',
    );
  }
}

/** 404: the call names deployments, and none of them is registered. */
export class TenantUnknownError extends AppError {
  constructor() {
    super('TENANT_UNKNOWN', 404, 'No deployment is registered under what this call names.');
  }
}

/** 403: the call names two different deployments. */
export class TenantMismatchError extends AppError {
  constructor() {
    super('TENANT_MISMATCH', 403, 'The path prefix, agent_db and db_name of this call belong to different deployments.');
  }
}

/** 403: the deployment is suspended. */
export class TenantSuspendedError extends AppError {
  constructor() {
    super('TENANT_SUSPENDED', 403, 'This deployment is suspended.');
  }
}

/** 409: a name or sub-domain belongs to another deployment. */
export class NameTakenError extends AppError {
  constructor(field: 'names' | 'sub_domains') {
    super('NAME_TAKEN', 409, `One of ${field} belongs to another deployment already.`);
  }
}
