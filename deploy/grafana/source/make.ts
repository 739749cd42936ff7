// Writes the dashboards. With --check it only tells which differ from what it would write.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { grpc } from './grpc.js';
import { jvm } from './jvm.js';
import { red } from './red.js';
import { objectives } from './slo.js';
import { slow } from './slow.js';

const grafana = join(import.meta.dirname, '..', '..');
const check = process.argv.includes('--check');

const written = new Map<string, string>();
for (const dashboard of [red, slow, grpc, jvm, objectives]) {
  written.set(`dashboards/${dashboard.uid}.json`, JSON.stringify(dashboard, null, 2) + '\n');
}
written.set('source/checksums', checksums());

const stale = [...written].filter(([path, content]) => read(path) !== content).map(([path]) => path);
if (check) {
  stale.forEach((path) => console.error(`${path} is not what the source makes; run npm run make`));
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  stale.forEach((path) => writeFileSync(join(grafana, path), written.get(path)!));
  console.log(`${written.size} files, written anew: ${stale.join(', ') || 'none'}`);
}

/** As sha256sum writes them: with these the build sees, without npm, that something was changed and not made. */
function checksums(): string {
  const sources = readdirSync(join(grafana, 'source')).filter((name) => /\.(ts|json)$/.test(name)).sort();
  const files = [...sources.map((name) => `source/${name}`), ...written.keys()];
  return files.map((path) => {
    const hash = createHash('sha256').update(written.get(path) ?? readFileSync(join(grafana, path))).digest('hex');
    return `${hash}  ${path}\n`;
  }).join('');
}

function read(path: string): string | undefined {
  const file = join(grafana, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
