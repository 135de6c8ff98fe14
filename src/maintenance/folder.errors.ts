import { AppError } from '../common/index.js';

/** 409: nothing can be exported to, or loaded from, this folder like this; the message says why, and what to do. */
export class FolderRefusedError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('FOLDER_REFUSED', 409, message, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'no file may be that large here',
  ENOENT: 'it is not there',
  EACCES: 'that is not allowed',
  EPERM: 'that is not allowed',
  EROFS: 'nothing can be written there',
  EEXIST: 'a file is in the way',
  ENOTDIR: 'it, or a part of the path, is a file and no folder',
  ENAMETOOLONG: 'the name is too long',
};

/** What the file system said, for people. */
export function toFolderError(path: string, error: unknown): FolderRefusedError {
  const { message, code } = error as { readonly message: string; readonly code?: string };
  return new FolderRefusedError(`${path}: ${REASONS[code ?? ''] ?? message}.`, error);
}
