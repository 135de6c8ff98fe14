import { Flag } from '../../common/index.js';

/** Whether an issue is raised in a room. */
export class RaiseIssueDto {
  /** 0 or 1. */
  @Flag()
  isRaiseIssue!: boolean;
}
