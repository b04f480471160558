// Before npm packs: what the package is to have is there, where npm would leave it out without a word.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const prebuilds = path.join(here, 'prebuilds');
// This platform, and those whose folders were put beside it.
const platforms = new Set([`${process.platform}-${process.arch}`]);
for (const name of existsSync(prebuilds) ? readdirSync(prebuilds) : [])
  platforms.add(name);

const wanted = ['LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT', 'THIRD-PARTY-NOTICES.txt'];
for (const platform of platforms)
  wanted.push(`prebuilds/${platform}/data_connectors.node`, `prebuilds/${platform}/libdata_connectors.so.1`);
const missing = wanted.filter((name) => !existsSync(path.join(here, name)));
if (missing.length > 0) {
  console.error(`prepack: the package would lack ${missing.join(', ')}: run "npm run build" in bindings/node of the ` +
    'repository first (after "make library" at its top, or with "-- --library FILE")');
  process.exit(1);
}
