// What is published: the types, and the package as npm packs and installs it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { PACKAGE, command, folder, sandbox } from './tools.mjs';

const PLATFORM = `${process.platform}-${process.arch}`;
const modules = ['node_modules', process.env.DC_TEST_NODE_MODULES]
  .filter(Boolean).map((where) => path.resolve(PACKAGE, where));
const typescript = modules.map((where) => path.join(where, 'typescript/bin/tsc')).find(existsSync);

// The package's types need neither.
const LIBS = [['with @types/node', ['node'], ['es2022']], ['with a browser\'s', [], ['es2022', 'dom']]];
for (const [what, types, lib] of LIBS)
  test(`the types under tsc --strict, for both kinds of modules, ${what}`, () => {
    assert.ok(typescript, `there is no typescript in ${modules.join(' or ')}: run "npm install" in bindings/node`);
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

test('npm pack refuses what would lack the addon or the library, and says what to run', () => {
  const at = folder();
  const parts = ['package.json', 'prepack.mjs', 'lib', 'LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT',
    'THIRD-PARTY-NOTICES.txt'];
  for (const part of parts)
    cpSync(path.join(PACKAGE, part), path.join(at, part), { recursive: true });
  const refused = (...missing) => {
    const ended = spawnSync('npm', ['pack'], { cwd: at, encoding: 'utf8' });
    assert.notEqual(ended.status, 0);
    for (const what of [...missing, 'run "npm run build"'])
      assert.ok(ended.stderr.includes(what), `${what} is not in ${ended.stderr}`);
    assert.deepEqual(readdirSync(at).filter((name) => name.endsWith('.tgz')), []);
  };
  const ours = `prebuilds/${PLATFORM}`;
  refused(`would lack ${ours}/data_connectors.node, ${ours}/libdata_connectors.so.1: `);
  cpSync(path.join(PACKAGE, 'prebuilds'), path.join(at, 'prebuilds'), { recursive: true });
  rmSync(path.join(at, ours, 'libdata_connectors.so.1'));
  mkdirSync(path.join(at, 'prebuilds/other-cpu'));
  refused(`${ours}/libdata_connectors.so.1`, 'prebuilds/other-cpu/data_connectors.node');
});

test('npm pack: the tarball has all, and lists from the sandbox where it is installed', async () => {
  const url = await sandbox('--connectors', '137');
  const at = folder();
  const packed = command('npm', ['pack', '--json', '--pack-destination', at], { cwd: PACKAGE });
  const [{ filename, files }] = JSON.parse(packed);
  const names = files.map((file) => file.path);
  for (const name of [`prebuilds/${PLATFORM}/data_connectors.node`, `prebuilds/${PLATFORM}/libdata_connectors.so.1`,
    'lib/index.d.ts', 'lib/index.d.mts', 'README.md', 'LICENSE-MIT', 'THIRD-PARTY-NOTICES.txt'])
    assert.ok(names.includes(name), `${name} is not in ${names}`);
  assert.ok(!names.some((name) => /^(src|test|build|prepack)/.test(name)), names.join());
  writeFileSync(path.join(at, 'package.json'), '{}');
  command('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(at, filename)], { cwd: at });
  const list = `(async () => {
    const client = new Client({ token: 'x', baseUrl: ${JSON.stringify(url)} });
    let count = 0;
    for await (const connector of client.list()) count++;
    console.log(count);
  })()`;
  writeFileSync(path.join(at, 'use.mjs'), `import { Client } from 'data-connectors';\n${list}`);
  writeFileSync(path.join(at, 'use.cjs'), `const { Client } = require('data-connectors');\n${list}`);
  const env = { ...process.env, LD_LIBRARY_PATH: '' };
  delete env.DATA_CONNECTORS_LIBRARY;
  for (const file of ['use.mjs', 'use.cjs'])
    assert.equal(command(process.execPath, [file], { cwd: at, env }), '137\n');
});
