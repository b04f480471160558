<?php

/** Tests of the package: header, incompatible libraries, installation. */

declare(strict_types=1);

use DataConnectors\Client;
use DataConnectors\DataConnectorsException;
use DataConnectors\Native;
use DataConnectors\Status;

$abi = json_decode(file_get_contents(__DIR__ . '/../../../abi/data_connectors.json'), true);
$tests = [];

$tests['constants equal those of the header'] = static function () use ($abi): void {
    foreach ((new ReflectionClass(Status::class))->getConstants() as $name => $value) {
        same([$name, $abi['constants']["DC_$name"]], [$name, $value]);
    }
};

$tests['every option of the library is passed by name'] = static function () use ($abi): void {
    foreach (array_column($abi['options'], 'name') as $name) {
        contains(thrown(DataConnectorsException::class, static fn () => new Client([$name => 1.5]))->getMessage(),
            "invalid $name: use a string, int or bool, not float");
    }
    $unknown = thrown(DataConnectorsException::class, static fn () => new Client(['timeout' => 3]));
    contains($unknown->getMessage(), 'did you mean timeout_ms');
};

$tests['each system has its file name'] = static function (): void {
    $names = array_map(static fn ($system) => Native::fileName($system, 1), ['Linux', 'BSD', 'Darwin', 'Windows']);
    same($names, ['libdata_connectors.so.1', 'libdata_connectors.so.1', 'libdata_connectors.1.dylib',
        'data_connectors.dll']);
};

$tests['incompatible libraries are rejected'] = static function (): void {
    $folder = sys_get_temp_dir() . '/dc-php-' . getmypid();
    mkdir($folder);
    file_put_contents("$folder/other.c", 'int dc_abi_version(void) { return 2; }');
    file_put_contents("$folder/older.c", 'int dc_abi_version(void) { return 1; }');
    foreach (['other', 'older'] as $name) {
        exec("cc -shared -fPIC -o $folder/$name.so $folder/$name.c", result_code: $code);
        same($code, 0);
    }
    $main = __DIR__ . '/../src/DataConnectors.php';
    $load_failure = static function (string $library, string ...$options) use ($main): string {
        $code = 'require $argv[1]; new DataConnectors\Client(["access_token" => "x"]);';
        [$output] = php(['-d', 'display_errors=1', ...$options, '-r', $code, $main],
            ['DATA_CONNECTORS_LIBRARY' => $library]);
        contains($output, 'RuntimeException');
        return $output;
    };
    try {
        contains($load_failure('/no/such.so'), 'could not load /no/such.so (');
        contains($load_failure('/no/such.so'), '): check DATA_CONNECTORS_LIBRARY');
        contains($load_failure('libm.so.6'), 'libm.so.6 is not libdata_connectors');
        contains($load_failure("$folder/other.so"), 'has ABI version 2, this package requires 1: install matching versions');
        contains($load_failure("$folder/older.so"), 'is older than this package (Failed resolving C function');
        contains($load_failure('/no/such.so', '-d', 'ffi.enable=false'), 'ffi.enable=true');
    } finally {
        array_map(unlink(...), glob("$folder/*"));
        rmdir($folder);
    }
};

$tests['a state that the package does not know is unknown'] = static function (): void {
    $folder = sys_get_temp_dir() . '/dc-php-later-' . getmypid();
    mkdir($folder);
    $library = "$folder/libdata_connectors.so.1";
    symlink(realpath(getenv('DATA_CONNECTORS_LIBRARY')), $library);
    // Its other functions are those of the library that it is linked with.
    file_put_contents("$folder/later.c", 'int dc_snapshot_state(const void *snapshot) { return 3; }');
    $load = 'require $argv[1]; $snapshot = DataConnectors\Snapshot::load($argv[2]);'
        . 'echo $snapshot->state, (int) $snapshot->isComplete;';
    try {
        exec("cc -shared -fPIC -o $folder/later.so $folder/later.c -Wl,--no-as-needed,-rpath,$folder $library",
            result_code: $code);
        same($code, 0);
        $json = client(sandbox('--connectors', '1'))->snapshot()->json();
        [$output] = php(['-d', 'display_errors=1', '-r', $load, __DIR__ . '/../src/DataConnectors.php', $json],
            ['DATA_CONNECTORS_LIBRARY' => "$folder/later.so"]);
        same($output, 'unknown0');
    } finally {
        array_map(unlink(...), glob("$folder/*"));
        rmdir($folder);
    }
};

$tests['a copy of the package works, as does opcache.preload'] = static function (): void {
    $folder = sys_get_temp_dir() . '/dc-php-copy-' . getmypid();
    // As the README describes it: symbolic links become files.
    exec(sprintf('cp -rL %s %s', escapeshellarg(dirname(__DIR__)), escapeshellarg($folder)), result_code: $code);
    same($code, 0);
    $main = "$folder/src/DataConnectors.php";
    $create = 'new DataConnectors\Client(["access_token" => "x"]); echo "created";';
    $preload = ['-d', 'opcache.enable_cli=1', '-d', "opcache.preload=$main", '-d', 'ffi.enable=preload',
        '-d', 'opcache.preload_user=' . posix_getpwuid(posix_geteuid())['name']];
    try {
        same(php(['-r', "require \$argv[1]; $create", $main], [])[0], 'created');
        same(php([...$preload, '-r', $create], [])[0], 'created');
        // The library in the package precedes that of the system.
        $packaged = "$folder/src/libdata_connectors.so.1";
        copy(getenv('DATA_CONNECTORS_LIBRARY'), $packaged);
        same(php(['-r', "require \$argv[1]; $create", $main], ['DATA_CONNECTORS_LIBRARY' => ''])[0], 'created');
        file_put_contents($packaged, 'not a library');
        [$output] = php(['-d', 'display_errors=1', '-r', "require \$argv[1]; $create", $main],
            ['DATA_CONNECTORS_LIBRARY' => '']);
        contains($output, "could not load $packaged (");
        contains($output, '): reinstall the package');
    } finally {
        exec('rm -r ' . escapeshellarg($folder));
    }
};

return $tests;
