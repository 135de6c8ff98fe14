import { AppError } from '../common/index.js';

/** 409: nothing can be exported to, or loaded from, this folder like this; the message says why, and what to do. */
export class FolderRefusedError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('FOLDER_REFUSED', 409, message, { cause });
  }
}

/** What the file system said, for people. */
export function toFolderError(path: string, error: unknown): FolderRefusedError {
  const { message, code } = error as { readonly message: string; readonly code?: string };
  const reason = { ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up', EFBIG: 'no file may be that large here', ENOENT: 'it is not there', EACCES: 'that is not allowed' }[code ?? ''];
  return new FolderRefusedError(`${path}: ${reason ?? message}.`, error);
}
