import { AppError } from '../../common/index.js';

/** 409: the id may be of several people. */
export class PersonUnclearError extends AppError {
  constructor(id: string, types: readonly string[]) {
    super('PERSON_UNCLEAR', 409, `${id} is found as ${types.join(' and ')}, which may be different people. Nothing was erased. Say which is meant: ${types.map((type) => `--type ${type}`).join(' or ')}, or several of them.`);
  }
}
