'use strict';
// The names of platforms and of the library's file, for lib/native.js and build.mjs.

// The file name that the system's loader searches for.
function libraryName(platform) {
  return { win32: 'data_connectors.dll', darwin: 'libdata_connectors.1.dylib' }[platform] ?? 'libdata_connectors.so.1';
}

// The folders in prebuilds/ that may be for a platform. The addon for glibc can't be loaded with musl.
function prebuildNames(platform, arch) {
  return platform === 'linux' ? [`linux-${arch}`, `linux-${arch}-musl`] : [`${platform}-${arch}`];
}

module.exports = { libraryName, prebuildNames };
