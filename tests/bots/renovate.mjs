// What Renovate's Dockerfile manager finds in files that stand as JSON on standard input, by name; `node renovate.mjs NODE_MODULES`.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const manager = join(resolve(process.argv[2]), 'renovate/dist/modules/manager/dockerfile/extract.js');
const { extractPackageFile } = await import(pathToFileURL(manager));
const found = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  const { deps } = extractPackageFile(text, name, {}) ?? { deps: [] };
  found[name] = deps.map((dep) => dep.skipReason ?? [dep.packageName, dep.currentValue ?? '', dep.currentDigest ?? ''].join(' ')).sort();
}
console.log(JSON.stringify(found));
