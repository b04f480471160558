<?php

/** The wrapper's own tables against the header's description, and libraries that aren't the right one. */

declare(strict_types=1);

use DataConnectors\Client;
use DataConnectors\Connector;
use DataConnectors\DataConnectorsException;
use DataConnectors\Library;
use DataConnectors\Status;

/** What is wrong with a text of C prototypes, held against the description of the header. */
function differences(string $prototypes, array $described): array
{
    $differences = [];
    preg_match_all('/^([\w ]+?[ *]+)(dc_\w+)\(([^)]*)\);/m', $prototypes, $found, PREG_SET_ORDER);
    foreach ($found as [, $returns, $name, $parameters]) {
        // Said as bytes on purpose: PHP reads a const char * to its first NUL.
        $bytes = in_array($name, ['dc_page_json', 'dc_page_packed_rows'], true);
        $returns = $bytes ? str_replace('const unsigned char', 'const char', $returns) : $returns;
        $types = $parameters === 'void' ? [] : array_map(
            static fn (string $parameter): string => trim(preg_replace('/\w+$/', '', trim($parameter))),
            explode(',', $parameters),
        );
        $own = ['parameters' => $types, 'returns' => trim($returns)];
        $wanted = array_diff_key($described[$name] ?? [], ['since' => true]);
        if ($own !== $wanted) {
            $differences[] = "$name is " . json_encode($own) . ' and not ' . json_encode($wanted);
        }
    }
    same(count($found), preg_match_all('/\bdc_\w+\(/', $prototypes));
    return $differences;
}

$described = json_decode(file_get_contents(__DIR__ . '/../../../abi/data_connectors.json'), true);
$tests = [];

$tests['functions are those of the header'] = static function () use ($described): void {
    same(differences(Library::FUNCTIONS, $described['functions']), []);
    // The comparison sees what it is for: a type, a count, a name.
    $slips = ['int32_t format' => 'int64_t format', ', size_t *out_length' => '', 'dc_pager_cursor' => 'dc_cursor'];
    foreach ($slips as $is => $wrong) {
        same(count(differences(str_replace($is, $wrong, Library::FUNCTIONS), $described['functions'])) > 0, true);
    }
};

$tests['numbers are those of the header'] = static function () use ($described): void {
    $own = ['DC_ABI_VERSION' => Library::ABI_VERSION, 'DC_PACKED_SEPARATED' => Library::PACKED_SEPARATED];
    foreach ([Status::class, Connector::class] as $class) {
        foreach ((new ReflectionClass($class))->getConstants() as $name => $value) {
            $own["DC_$name"] = $value;
        }
    }
    $wanted = array_filter($described['constants'], static fn (string $name): bool
        => preg_match('/^DC_(VERSION|LOG|INFO|FIELD)_|^DC_PACKED_JSON$/', $name) === 0, ARRAY_FILTER_USE_KEY);
    same(array_diff_assoc($own, $wanted) + array_diff_assoc($wanted, $own), []);
};

$tests['every option of the library is one here'] = static function () use ($described): void {
    $message = thrown(DataConnectorsException::class, static fn () => new Client(['tokn' => TOKEN]))->getMessage();
    has($message, 'unknown option "tokn": use token, ');
    lacks($message, TOKEN);
    foreach (array_column($described['options'], 'name') as $name) {
        has("$message,", $name === 'access_token' ? ' token,' : " $name,");
    }
};

$tests['a library that is missing or wrong'] = static function (): void {
    $folder = sys_get_temp_dir() . '/dc-php-' . getmypid();
    mkdir($folder);
    file_put_contents("$folder/other.c", 'int dc_abi_version(void) { return 2; }');
    file_put_contents("$folder/older.c", 'int dc_abi_version(void) { return 1; }');
    foreach (['other', 'older'] as $name) {
        exec("cc -shared -fPIC -o $folder/$name.so $folder/$name.c", result_code: $code);
        same($code, 0);
    }
    $says = static function (string|false $library, string ...$parts): void {
        $code = 'require $argv[1]; new DataConnectors\Client(["token" => "x"]);';
        [$output] = php(['-d', 'display_errors=1', '-r', $code, __DIR__ . '/../DataConnectors.php'],
            ['DATA_CONNECTORS_LIBRARY' => $library, 'LD_LIBRARY_PATH' => false]);
        array_map(static fn (string $part) => has($output, $part), ['RuntimeException', ...$parts]);
    };
    try {
        $says('/no/such.so', 'DATA_CONNECTORS_LIBRARY names /no/such.so', 'can\'t be loaded');
        $says('libm.so.6', 'libm.so.6 is not libdata_connectors');
        $says("$folder/other.so", 'has ABI version 2, and this wrapper needs 1');
        $says("$folder/older.so", 'older than this wrapper', 'dc_status_name');
    } finally {
        array_map(unlink(...), glob("$folder/*"));
        rmdir($folder);
    }
    [$output] = php(['-d', 'ffi.enable=false', '-d', 'display_errors=1', '-r',
        'require $argv[1]; new DataConnectors\Client([]);', __DIR__ . '/../DataConnectors.php'], []);
    has($output, 'ffi.enable=true');
};

return $tests;
