const CLUSTER_URI = /^mongodb(\+srv)?:\/\/([^@/\s]*@)?[^\s/?@:,=]+(:\d{1,5})?(,[^\s/?@:,=]+(:\d{1,5})?)*(\/\S*)?$/;
const BRACKETED = /\[[0-9a-f:.]+\]/gi;

/** The elements of a list that commas separate. */
export function toList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The clusters of `name=uri,name=uri`. */
export function toClusters(text: string): (readonly [name: string, uri: string])[] {
  // A URI lists its hosts with commas too, so a new cluster begins only where `name=mongodb` follows the comma.
  const entries = text.split(/,(?=[a-z0-9-]+=mongodb(?:\+srv)?:\/\/)/);
  return entries.map((entry) => [entry.slice(0, Math.max(0, entry.indexOf('='))), entry.slice(entry.indexOf('=') + 1)]);
}

/** Whether the text has the form of a cluster's URI; what its options mean is the driver's to judge. */
export function isClusterUri(text: string): boolean {
  return CLUSTER_URI.test(text.replace(BRACKETED, 'v6'));
}

/** Whether the text is a list of clusters, each of its own name. */
export function isClusterList(text: string): boolean {
  const clusters = toClusters(text);
  const names = new Set(['default', ...clusters.map(([name]) => name)]);
  return names.size === clusters.length + 1 && clusters.every(([name, uri]) => /^[a-z0-9-]+$/.test(name) && isClusterUri(uri));
}
