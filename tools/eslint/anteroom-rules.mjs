/** The rules of this repository that no published plugin has. What they allow is data in `eslint.config.mjs`. */
import { fileNames } from './file-names.mjs';
import { importTable } from './import-table.mjs';
import { layers } from './layers.mjs';

export const anteroom = {
  meta: { name: 'anteroom' },
  rules: { 'import-table': importTable, layers, 'file-names': fileNames },
};
