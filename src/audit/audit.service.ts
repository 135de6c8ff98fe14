import { Injectable } from '@nestjs/common';

import { ValidationFailedError } from '../common/index.js';
import type { AuditRecord } from './audit-record.js';
import { AuditRepository, type AuditQuery } from './audit.repository.js';

/** Who changed what, and who was refused. */
@Injectable()
export class AuditService {
  constructor(private readonly records: AuditRepository) {}

  /** The newest records of those asked for, newest first. @throws ValidationFailedError where there is no record `before` */
  async find(query: AuditQuery): Promise<AuditRecord[]> {
    const found = await this.records.find(query);
    if (found === null) throw new ValidationFailedError('before must be the _id of a record.');
    return found;
  }
}
