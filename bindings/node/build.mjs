// Builds the addon, and puts it with the library where the package looks for them. It needs a C compiler and Node's
// headers, which come with Node. `npm run build -- --help` says more.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const usage = `Usage: npm run build -- [OPTIONS]

  --library FILE       The native library to ship, or "none"
                       [default: DATA_CONNECTORS_LIBRARY, else target/release/libdata_connectors.so]
  --include DIR        Where data_connectors.h is [default: include/ of the repository]
  --node-include DIR   Where node_api.h is [default: beside the node that runs this]
  --out DIR            Make a whole package there, instead of prebuilds/ in this one
  -h, --help           Show this and end`;

const { values: options } = parseArgs({
  options: {
    library: { type: 'string' },
    include: { type: 'string', default: path.join(root, 'include') },
    'node-include': { type: 'string', default: path.resolve(process.execPath, '../../include/node') },
    out: { type: 'string', default: here },
    help: { type: 'boolean', short: 'h' },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}

if (!existsSync(path.join(options['node-include'], 'node_api.h')))
  fail(`there is no node_api.h in ${options['node-include']}: name its folder with --node-include`);
if (!existsSync(path.join(options.include, 'data_connectors.h')))
  fail(`there is no data_connectors.h in ${options.include}: name its folder with --include`);
const library = options.library ?? process.env.DATA_CONNECTORS_LIBRARY ??
  path.join(root, 'target/release/libdata_connectors.so');
if (library !== 'none' && !existsSync(library))
  fail(`there is no library at ${library}: make it with "make library", or name it with --library`);

const out = path.resolve(options.out);
const prebuilds = path.join(out, 'prebuilds', `${process.platform}-${process.arch}`);
mkdirSync(prebuilds, { recursive: true });
// A package that has the library has its licences, too.
for (const name of ['LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT', 'THIRD-PARTY-NOTICES.txt'])
  cpSync(path.join(root, name), path.join(out, name));
if (out !== here)
  for (const part of ['lib', 'test', 'package.json', 'prepack.mjs', 'README.md'])
    cpSync(path.join(here, part), path.join(out, part), { recursive: true });

const source = path.join(here, 'src');
const command = [
  ...(process.env.CC ?? 'cc').split(' '), '-std=gnu11', '-O2', '-g', '-shared', '-fPIC', '-fvisibility=hidden',
  '-Wall', '-Wextra', '-Werror', '-DNAPI_VERSION=8', `-I${options.include}`, `-I${options['node-include']}`,
  ...readdirSync(source).filter((name) => name.endsWith('.c')).map((name) => path.join(source, name)),
  '-o', path.join(prebuilds, 'data_connectors.node'), '-lpthread', '-ldl',
];
if (process.platform === 'darwin')
  command.push('-undefined', 'dynamic_lookup');
const compiled = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
if (compiled.status !== 0)
  fail(compiled.error ? `${command[0]}: ${compiled.error.message}` : 'the compiler failed');

// The names of a loader: without a symbolic link, which npm would leave out.
if (library !== 'none')
  cpSync(realpathSync(library), path.join(prebuilds, 'libdata_connectors.so.1'));
console.log(`built ${path.relative(process.cwd(), prebuilds) || prebuilds}`);
