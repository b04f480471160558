// Compiles the addon of a package, for build.mjs and install.mjs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The name of the running platform. */
export function currentPlatform() {
  const isMusl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  return `${process.platform}-${process.arch}${isMusl ? '-musl' : ''}`;
}

function run(command) {
  const { status, error } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
  if (status !== 0)
    throw new Error(error ? `${command[0]}: ${error.message}` : `${command[0]} failed`);
}

/** Compiles src/ with the headers in include/. For Windows, `definitions` is the folder with Node's .def files. */
export function compileAddon(folder, platform, { definitions, warnings = [] } = {}) {
  const [system] = platform.split('-');
  const words = (variable, initial) => (process.env[variable] ?? initial).split(' ');
  const flags = {
    linux: ['-fPIC', '-s', '-lpthread', '-ldl'],
    darwin: ['-undefined', 'dynamic_lookup', '-Wl,-S', '-Wl,-install_name,@rpath/data_connectors.node'],
    // Without the time, builds are reproducible.
    win32: ['-static-libgcc', '-s', '-Wl,--no-insert-timestamp'],
  };
  const imports = mkdtempSync(path.join(tmpdir(), 'data-connectors-'));
  try {
    // The functions that the addon imports from node.exe.
    for (const name of system === 'win32' ? ['node_api', 'js_native_api'] : []) {
      const library = path.join(imports, `${name}.lib`);
      run([...words('DLLTOOL', 'dlltool'), '-d', path.join(definitions, `${name}.def`), '-D', 'node.exe', '-l', library]);
      flags.win32.push(library);
    }
    const [source, include] = ['src', 'include'].map((name) => path.join(folder, name));
    const prebuilds = path.join(folder, 'prebuilds', platform);
    mkdirSync(prebuilds, { recursive: true });
    run([
      ...words('CC', 'cc'), '-std=gnu11', '-O2', '-shared', '-fvisibility=hidden', ...warnings, '-DNAPI_VERSION=8',
      `-I${include}`, `-I${path.join(include, 'node')}`,
      ...readdirSync(source).filter((name) => name.endsWith('.c')).map((name) => path.join(source, name)),
      '-o', path.join(prebuilds, 'data_connectors.node'), ...(flags[system] ?? flags.linux),
    ]);
  } finally {
    rmSync(imports, { recursive: true });
  }
}
