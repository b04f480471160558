<?php

/** The native library: loads and calls it, copies and frees its results, and runs signal handlers during calls. */

declare(strict_types=1);

namespace DataConnectors;

use FFI;
use FFI\CData;

/** @internal A native handle. A call refers to its handle, so that it is not freed during the call. */
final class Handle
{
    private readonly FFI $library;

    public function __construct(public readonly CData $pointer, private readonly string $free)
    {
        $this->library = Native::library();
    }

    public function __destruct()
    {
        // Calls no PHP function first, where a signal handler could throw.
        $this->library->{$this->free}($this->pointer);
    }
}

/** @internal */
final class Native
{
    private const LOG_LEVELS = [1 => 'error', 2 => 'warning', 3 => 'info', 4 => 'debug'];

    private static ?FFI $library = null;

    /** @var array<string, int> The integer constants of the header, without DC_. */
    private static array $constants;

    /** The callbacks. FFI never frees callbacks, so all clients share them. */
    private static CData $interruptCheck;
    private static CData $logCallback;

    /** The call in progress: its $cancel and logger, whether signals are asynchronous, and what a callback threw. */
    private static ?\Closure $cancel = null;
    private static ?\Closure $logger = null;
    private static bool $signals = false;
    private static ?\Throwable $thrown = null;

    public static function library(): FFI
    {
        return self::$library ??= self::load();
    }

    /** Returns the name of the library's file on a system, as in PHP_OS_FAMILY. */
    public static function fileName(string $system, int $version): string
    {
        return match ($system) {
            'Windows' => 'data_connectors.dll',
            'Darwin' => "libdata_connectors.$version.dylib",
            default => "libdata_connectors.so.$version",
        };
    }

    private static function load(): FFI
    {
        $header = file_get_contents(__DIR__ . '/data_connectors.h');
        preg_match_all('/^#define DC_(\w+) \(?(-?\d+)\)?$/m', $header, $found);
        self::$constants = array_combine($found[1], array_map(intval(...), $found[2]));
        $version = self::$constants['ABI_VERSION'];
        $name = self::fileName(PHP_OS_FAMILY, $version);
        $packaged = __DIR__ . DIRECTORY_SEPARATOR . $name;
        [$file, $remedy] = match (true) {
            (bool) getenv('DATA_CONNECTORS_LIBRARY') => [getenv('DATA_CONNECTORS_LIBRARY'),
                'check DATA_CONNECTORS_LIBRARY, and that the library is for this platform'],
            is_file($packaged) => [$packaged, 'reinstall the package for this platform'],
            default => [$name, 'install libdata_connectors, or set DATA_CONNECTORS_LIBRARY to its absolute path'],
        };
        $declare = static function (string $declarations, string $failure, string $remedy = '') use ($file): FFI {
            try {
                return FFI::cdef($declarations, $file);
            } catch (FFI\Exception $exception) {
                $reason = $exception->getMessage();
                $remedy = str_contains($reason, 'ffi.enable') ? ': set ffi.enable=true, or preload' : $remedy;
                throw new \RuntimeException("$failure ($reason)$remedy", 0, $exception);
            }
        };
        $declare('', "could not load $file", ": $remedy");
        $loaded = $declare('int32_t dc_abi_version(void);', "$file is not libdata_connectors")->dc_abi_version();
        if ($loaded !== $version) {
            throw new \RuntimeException(
                "$file has ABI version $loaded, this package requires $version: install matching versions"
            );
        }
        // FFI has no preprocessor.
        $declarations = preg_replace('/^#ifdef __cplusplus.*?^#endif|^#.*?$/ms', '', $header);
        // FFI converts a const char * to a string that ends at the first NUL, which packed rows may contain.
        $declarations = str_replace('const char *dc_page_packed_rows', 'char *dc_page_packed_rows', $declarations);
        $library = $declare($declarations, "$file is older than this package", ': install a newer version');
        // Arrays of one element, as FFI assigns functions only to array elements.
        [self::$interruptCheck, self::$logCallback]
            = [$library->new('dc_interrupt_callback[1]'), $library->new('dc_log_callback[1]')];
        self::$interruptCheck[0] = self::isInterrupted(...);
        self::$logCallback[0] = self::log(...);
        return $library;
    }

    /** Creates a native client. Rejects values that C can't represent; the library validates the rest. */
    public static function client(#[\SensitiveParameter] array $options, ?string $logLevel): Handle
    {
        return self::withoutSignals(static function () use ($options, $logLevel): Handle {
            $library = self::library();
            $config = $library->dc_config_new();
            try {
                self::checkOptions($options);
                foreach ($options as $name => $value) {
                    self::setOption($config, (string) $name, $value);
                }
                if ($logLevel !== null) {
                    $level = array_search($logLevel, self::LOG_LEVELS, true) ?: throw new DataConnectorsException(
                        "invalid logLevel \"$logLevel\": use " . implode(', ', self::LOG_LEVELS)
                    );
                    self::call('dc_config_set_logger', $config, $level, self::$logCallback[0], null, null);
                }
                self::call('dc_config_set_interrupt_check', $config, self::$interruptCheck[0], null, null);
                return self::create('dc_client', 'dc_client_new', $config);
            } finally {
                $library->dc_config_free($config);
            }
        });
    }

    private static function setOption(CData $config, string $name, #[\SensitiveParameter] mixed $value): void
    {
        match (true) {
            $value === null => null,
            is_string($value) => self::call('dc_config_set_string', $config, $name, self::string($name, $value)),
            is_int($value), is_bool($value) => self::call('dc_config_set_int', $config, $name, (int) $value),
            default => throw new DataConnectorsException(
                "invalid $name: use a string, int or bool, not " . get_debug_type($value)
            ),
        };
    }

    private static function checkOptions(#[\SensitiveParameter] array $options): void
    {
        for ($index = 0; $index < self::library()->dc_config_option_count(); $index++) {
            $name = self::library()->dc_config_option($index, self::$constants['INFO_NAME']);
            $other = self::library()->dc_config_option($index, self::$constants['INFO_REPLACES']);
            $type = self::library()->dc_config_option($index, self::$constants['INFO_TYPE']);
            if ($type === 'string' && is_bool($options[$name] ?? null)) {
                throw new DataConnectorsException(
                    "invalid $name: use a string, not bool (is the environment variable for it set?)"
                );
            }
            if ($other !== null && ($options[$name] ?? false) !== false && ($options[$other] ?? false) !== false) {
                throw new DataConnectorsException("$name and $other replace each other: pass one of them");
            }
        }
    }

    /** Creates a native pager. */
    public static function pager(Handle $client, ?int $perPage, ?string $startingAfter, bool $prefetch): Handle
    {
        $arguments = self::listArguments($perPage, $startingAfter);
        return self::withoutSignals(static function () use ($client, $arguments, $prefetch): Handle {
            $pager = self::create('dc_pager', 'dc_pager_new', $client->pointer, ...$arguments);
            self::call('dc_pager_set_prefetch', $pager->pointer, (int) $prefetch);
            return $pager;
        });
    }

    /** @return array{int, ?string} per_page and starting_after for C */
    public static function listArguments(?int $perPage, ?string $startingAfter): array
    {
        return abs($perPage ?? 0) <= 0x7FFFFFFF
            ? [$perPage ?? 0, self::string('starting_after', $startingAfter)]
            : throw new DataConnectorsException("invalid per_page $perPage: use 1 to 50");
    }

    /** @return array{int, int, int} -1 selects a default */
    public static function snapshotArguments(?int $overlapMs, ?int $maxPasses, ?int $timeoutMs): array
    {
        $arguments = [['overlap_ms', $overlapMs, '0 to 3600000'], ['max_passes', $maxPasses, '1 to 1000'],
            ['timeout_ms', $timeoutMs, '1 to 86400000']];
        return array_map(static fn (array $argument): int => match (true) {
            $argument[1] === null => -1,
            $argument[1] >= 0 && $argument[1] <= 0x7FFFFFFF => $argument[1],
            default => throw new DataConnectorsException("invalid $argument[0] $argument[1]: use $argument[2]"),
        }, $arguments);
    }

    /** No message contains the value: it may be a secret. */
    private static function string(string $name, #[\SensitiveParameter] ?string $value): ?string
    {
        return !str_contains($value ?? '', "\0") ? $value
            : throw new DataConnectorsException("invalid $name: contains a NUL");
    }

    /**
     * Makes a call. Asynchronous signal handlers run in the interrupt check only, so that none throws between
     * receiving a page and storing it.
     *
     * @template T
     * @param \Closure(): T $call
     * @return T
     */
    public static function wait(?\Closure $cancel, ?\Closure $logger, \Closure $call): mixed
    {
        if ($cancel !== null && $cancel()) {
            $message = 'request cancelled by its cancel function';
            throw new DataConnectorsException($message, Status::ERR_CANCELLED, 'DC_ERR_CANCELLED');
        }
        return self::withoutSignals(static function (bool $signals) use ($cancel, $logger, $call): mixed {
            $outer = [self::$cancel, self::$logger, self::$signals, self::$thrown];
            [self::$cancel, self::$logger, self::$signals, self::$thrown] = [$cancel, $logger, $signals, null];
            try {
                $result = $call();
                return self::$thrown === null ? $result : throw self::$thrown;
            } catch (DataConnectorsException $exception) {
                throw self::$thrown ?? $exception;
            } finally {
                [self::$cancel, self::$logger, self::$signals, self::$thrown] = $outer;
            }
        });
    }

    /**
     * Runs a step without asynchronous signal handlers: one that throws could leak native objects. (PHP 8.2 even frees
     * a value twice if a handler throws between two function calls of one expression.)
     *
     * @template T
     * @param \Closure(bool): T $step receives whether signals were asynchronous
     * @return T
     */
    private static function withoutSignals(#[\SensitiveParameter] \Closure $step): mixed
    {
        $signals = \function_exists('pcntl_async_signals') && \pcntl_async_signals();
        try {
            // Inside try, as a handler can throw when this returns.
            $signals && \pcntl_async_signals(false);
            return $step($signals);
        } finally {
            if ($signals) {
                \pcntl_async_signals(true);
                \pcntl_signal_dispatch();
            }
        }
    }

    /** The interrupt check. Stores an exception, which must not leave it, and cancels the call. */
    private static function isInterrupted(): int
    {
        try {
            if (self::$signals) {
                \pcntl_signal_dispatch();
            }
            return self::$thrown !== null || self::$cancel !== null && (self::$cancel)() ? 1 : 0;
        } catch (\Throwable $thrown) {
            self::$thrown = $thrown;
            return 1;
        }
    }

    /** The log callback, like the interrupt check. */
    private static function log(?CData $userData, int $level, string $line): void
    {
        try {
            self::$logger !== null && (self::$logger)(self::LOG_LEVELS[$level], $line);
        } catch (\Throwable $thrown) {
            self::$thrown ??= $thrown;
        }
    }

    /** Calls a function that returns a page, and copies it; null after the last page. */
    public static function page(string $function, mixed ...$arguments): ?Page
    {
        $library = self::library();
        $page = $library->new('dc_page *');
        if (self::call($function, ...$arguments, ...[FFI::addr($page)]) === Status::DONE) {
            return null;
        }
        try {
            return new Page(
                self::connectors($page),
                $library->dc_page_next_cursor($page),
                $library->dc_page_has_next($page) === 1,
                $library->dc_page_request_id($page),
                self::rateLimit('dc_page_rate_limit', $page),
                $library->dc_page_json($page),
            );
        } finally {
            $library->dc_page_free($page);
        }
    }

    /** For wait(). */
    public static function takeSnapshot(Handle $client, ?Handle $previous, int ...$arguments): Snapshot
    {
        $pointers = [$client->pointer, $previous?->pointer];
        return new Snapshot(self::create('dc_snapshot', 'dc_snapshot_take', ...$pointers, ...$arguments, ...[null]));
    }

    public static function loadSnapshot(string $json): Snapshot
    {
        return self::withoutSignals(static fn (): Snapshot
            => new Snapshot(self::create('dc_snapshot', 'dc_snapshot_load', $json, strlen($json))));
    }

    /** @return array{int, ?string, ?int} the state, the reason and the time */
    public static function snapshotAttributes(Handle $snapshot): array
    {
        $library = self::library();
        return [
            $library->dc_snapshot_state($snapshot->pointer),
            $library->dc_snapshot_reason($snapshot->pointer),
            self::known($library->dc_snapshot_as_of_ms($snapshot->pointer)),
        ];
    }

    public static function snapshotCount(Handle $snapshot): int
    {
        return self::library()->dc_page_count(self::library()->dc_snapshot_page($snapshot->pointer));
    }

    public static function snapshotJson(Handle $snapshot): string
    {
        $library = self::library();
        return self::withoutSignals(static fn (): string
            => $library->dc_page_json($library->dc_snapshot_page($snapshot->pointer)));
    }

    /** @return list<Connector> */
    public static function snapshotConnectors(Handle $snapshot): array
    {
        return self::withoutSignals(static function () use ($snapshot): array {
            return self::connectors(self::library()->dc_snapshot_page($snapshot->pointer));
        });
    }

    public static function snapshotDiff(Handle $newer, Handle $older): array
    {
        return self::withoutSignals(static function () use ($newer, $older): array {
            $diff = self::create('dc_diff', 'dc_snapshot_diff', $newer->pointer, $older->pointer);
            return json_decode(self::library()->dc_diff_json($diff->pointer, null), true, flags: JSON_THROW_ON_ERROR);
        });
    }

    /** @return list<Connector> */
    private static function connectors(CData $page): array
    {
        $length = self::library()->new('size_t');
        $format = self::$constants['PACKED_SEPARATED'];
        $packed = self::library()->dc_page_packed_rows($page, $format, FFI::addr($length));
        $rows = $length->cdata === 0 ? [] : explode("\xFF", FFI::string($packed, $length->cdata));
        return array_map(self::connector(...), $rows);
    }

    /** The columns are the parameters of Connector, except two numbers before the JSON. Later versions may add columns. */
    private static function connector(string $row): Connector
    {
        $values = explode("\xFE", $row);
        if (str_contains($row, "\xFD")) {
            $values = array_map(static fn (string $value): ?string => $value === "\xFD" ? null : $value, $values);
        }
        $values[6] = $values[6] === null ? null : $values[6] === 'true';
        $values[12] = $values[12] === null ? null : (int) $values[12];
        $values[13] = $values[13] === null ? null : (int) $values[13];
        $values[14] = $values[16];
        return new Connector(...array_slice($values, 0, 15));
    }

    private static function rateLimit(string $function, CData $handle): RateLimit
    {
        $library = self::library();
        $numbers = [$library->new('int64_t'), $library->new('int64_t'), $library->new('int64_t')];
        $library->$function($handle, ...array_map(FFI::addr(...), $numbers));
        return new RateLimit(...array_map(static fn (CData $number): ?int => self::known($number->cdata), $numbers));
    }

    private static function known(int $number): ?int
    {
        return $number < 0 ? null : $number;
    }

    /** Calls a function that creates a handle. */
    private static function create(string $type, string $function, mixed ...$arguments): Handle
    {
        $handle = self::library()->new("$type *");
        self::call($function, ...$arguments, ...[FFI::addr($handle)]);
        return new Handle($handle, "{$type}_free");
    }

    /** Calls a function that can fail, with its arguments before out_error. */
    private static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): int
    {
        $library = self::library();
        $error = $library->new('dc_error *');
        $status = $library->$function(...$arguments, ...[FFI::addr($error)]);
        if ($status >= Status::OK) {
            return $status;
        }
        try {
            $requestId = $library->dc_error_request_id($error);
            throw new DataConnectorsException(
                $library->dc_error_message($error) . ($requestId === null ? '' : " (request id $requestId)"),
                $status,
                $library->dc_status_name($status),
                $library->dc_error_http_status($error) ?: null,
                $library->dc_error_api_code($error),
                $library->dc_error_api_field($error),
                $requestId,
                self::known($library->dc_error_retry_after_ms($error)),
                $library->dc_error_attempts($error),
                self::rateLimit('dc_error_rate_limit', $error),
            );
        } finally {
            $library->dc_error_free($error);
        }
    }
}
