// The published package: its types, its files, and bundled programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { PACKAGE, command, folder, sandbox } from './tools.mjs';

const PLATFORM = `${process.platform}-${process.arch}`;
const installed = [path.join(PACKAGE, 'node_modules'), process.env.DC_TEST_NODE_MODULES].filter(Boolean);
const url = await sandbox('--connectors', '137');

// Returns the path of a development dependency's program.
function tool(file) {
  const found = installed.map((where) => path.join(where, file)).find(existsSync);
  assert.ok(found, `${file} not found in ${installed.join(' or ')}: run "npm install" in bindings/node`);
  return found;
}

const LIBS = [['@types/node', ['node'], ['es2022']], ['the types of a browser', [], ['es2022', 'dom']]];
for (const [what, types, lib] of LIBS)
  test(`the types pass tsc --strict in both kinds of modules with ${what}`, () => {
    const typescript = tool('typescript/bin/tsc');
    const at = folder();
    mkdirSync(path.join(at, 'node_modules'));
    symlinkSync(PACKAGE, path.join(at, 'node_modules/data-connectors'));
    symlinkSync(path.resolve(typescript, '../../../@types'), path.join(at, 'node_modules/@types'));
    for (const kind of ['mts', 'cts'])
      cpSync(path.join(PACKAGE, 'test/types.mts'), path.join(at, `use.${kind}`));
    const compilerOptions = {
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true,
      skipLibCheck: false, module: 'node16', target: 'es2022', lib, types,
    };
    writeFileSync(path.join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.mts', 'use.cts'] }));
    command(process.execPath, [typescript, '-p', at]);
  });

const PROGRAM = `(async () => {
  const client = new Client({ token: 'x', baseUrl: ${JSON.stringify(url)} });
  let count = 0;
  for await (const connector of client.list()) count++;
  console.log(count);
})()`;
const env = { ...process.env, LD_LIBRARY_PATH: '' };
delete env.DATA_CONNECTORS_LIBRARY;

// Builds and packs a copy, as other tests use the package. (`npm pack` in the package itself builds it first.)
const built = folder();
const library = path.join(PACKAGE, 'prebuilds', PLATFORM, 'libdata_connectors.so.1');
command(process.execPath, [path.join(PACKAGE, 'build.mjs'), '--out', built, '--library', library]);
const [{ filename, files }] = JSON.parse(command('npm', ['pack', '--json', '--ignore-scripts'], { cwd: built }));

// A folder with the package and programs.
function install() {
  const at = folder();
  writeFileSync(path.join(at, 'package.json'), '{}');
  command('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(built, filename)], { cwd: at });
  writeFileSync(path.join(at, 'use.mjs'), `import { Client } from 'data-connectors';\n${PROGRAM}`);
  writeFileSync(path.join(at, 'use.cjs'), `const { Client } = require('data-connectors');\n${PROGRAM}`);
  return at;
}

test('the packed package is complete, and works where it is installed', () => {
  const names = files.map((file) => file.path);
  for (const name of [`prebuilds/${PLATFORM}/data_connectors.node`, `prebuilds/${PLATFORM}/libdata_connectors.so.1`,
    'lib/index.d.ts', 'lib/options.d.ts', 'README.md', 'LICENSE-MIT', 'THIRD-PARTY-NOTICES.txt'])
    assert.ok(names.includes(name), `${name} is not in ${names}`);
  assert.ok(!names.some((name) => /^(test|build|prepack)/.test(name)), names.join());
  const at = install();
  for (const file of ['use.mjs', 'use.cjs'])
    assert.equal(command(process.execPath, [file], { cwd: at, env }), '137\n');
});

test('where no addon can be loaded, the installation compiles it, or says what to do', () => {
  const at = install();
  const prebuilds = path.join(at, 'node_modules/data-connectors/prebuilds', PLATFORM);
  rmSync(path.join(prebuilds, 'data_connectors.node'));
  const rebuild = (variables) => spawnSync('npm', ['rebuild', '--offline', '--foreground-scripts'],
    { cwd: at, env: { ...env, ...variables }, encoding: 'utf8' });
  const { status, stderr } = rebuild({ CC: 'no-such-compiler' });
  assert.equal(status, 1);
  assert.match(stderr, /could not compile the addon for .* \(no-such-compiler: .*\): install a C compiler/);
  assert.equal(rebuild().status, 0);
  assert.equal(command(process.execPath, ['use.mjs'], { cwd: at, env }), '137\n');
  rmSync(path.join(prebuilds, 'libdata_connectors.so.1'));
  const { status: without, stderr: warning } = rebuild();
  assert.equal(without, 0);
  assert.match(warning, /could not load libdata_connectors.so.1 .*: install libdata_connectors, or set DATA_CONNECTORS_L/);
});

for (const format of ['cjs', 'esm'])
  test(`a bundle (${format}) works with the package excluded or prebuilds/ copied, and reports both`, () => {
    const at = install();
    const file = `dist/out.${format === 'cjs' ? 'cjs' : 'mjs'}`;
    const bundle = (...options) => command(tool('esbuild/bin/esbuild'),
      ['use.mjs', '--bundle', '--platform=node', `--format=${format}`, `--outfile=${file}`, ...options], { cwd: at });
    const run = () => spawnSync(process.execPath, [file], { cwd: at, env, encoding: 'utf8' });
    bundle('--external:data-connectors');
    assert.equal(run().stdout, '137\n');
    bundle();
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(stderr, /dist\/prebuilds.*exclude data-connectors from the bundle.*or copy .*prebuilds to the folder/);
    const copied = path.join(at, 'node_modules/data-connectors/prebuilds');
    cpSync(copied, path.join(at, 'dist/prebuilds'), { recursive: true });
    assert.equal(run().stdout, '137\n');
  });
