import type { RequestOptions } from 'node:https';

import type { FetchedMongod } from './mongod-cache.js';

const HOST = 'fastdl.mongodb.org';
const REACH_TIMEOUT_MS = 4_000;

/** Fetches the official MongoDB build for this system into the scratch folder; gives up within 4 s where its host is not reached. */
export async function downloadMongod(scratch: string, note: (line: string) => void): Promise<FetchedMongod> {
  await reach();
  const download = await officialDownload(scratch, note);
  return { mongod: await download.getMongodPath() };
}

async function reach(): Promise<void> {
  try {
    await fetch(`https://${HOST}/`, { method: 'HEAD', signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
  } catch (error) {
    throw new Error(`${HOST} is not reached`, { cause: error });
  }
}

// The library's downloader as it is accepts any TLS certificate, retries for long and prints its progress on standard output.
async function officialDownload(scratch: string, note: (line: string) => void) {
  const { MongoBinaryDownload } = await import('mongodb-memory-server-core/lib/util/MongoBinaryDownload.js');
  const { DryMongoBinary } = await import('mongodb-memory-server-core/lib/util/DryMongoBinary.js');
  class StrictDownload extends MongoBinaryDownload {
    private said = false;
    override httpDownload(url: URL, options: RequestOptions, to: string, partial: string): Promise<string> {
      return super.httpDownload(url, { ...options, rejectUnauthorized: true }, to, partial, 1);
    }
    override printDownloadProgress(chunk: { length: number }): void {
      this.dlProgress.current += chunk.length;
      if (!this.said) note(`fetching MongoDB ${this.binaryOpts.version} from ${HOST} … (${Math.round(this.dlProgress.totalMb)} MB, once)`);
      this.said = true;
    }
  }
  const options = await DryMongoBinary.generateOptions({ downloadDir: scratch });
  return new StrictDownload({ ...options, downloadDir: scratch });
}
