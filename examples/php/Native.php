<?php

/** What every call to the library does: check what goes in, copy what comes out, free it, hear signals. */

declare(strict_types=1);

namespace DataConnectors;

use FFI;
use FFI\CData;

/** @internal A native client or pager, freed when nothing refers to it: so never during a call, which does. */
final class Handle
{
    private readonly FFI $library;

    public function __construct(public readonly CData $pointer, private readonly string $free)
    {
        $this->library = Library::get();
    }

    public function __destruct()
    {
        // No function of PHP is called before: a signal's handler could throw there.
        $this->library->{$this->free}($this->pointer);
    }
}

/** @internal */
final class Native
{
    /** The options with their types. */
    private const SETTINGS = [
        'token' => 'string', 'allow_insecure_http' => 'bool', 'base_url' => 'string', 'region' => 'string',
        'api_version' => 'string', 'user_agent_suffix' => 'string', 'timeout_ms' => 'int',
        'connect_timeout_ms' => 'int', 'max_retries' => 'int', 'max_response_bytes' => 'int', 'proxy' => 'string',
        'no_proxy' => 'string', 'system_roots' => 'bool', 'ca_file' => 'string', 'wait_for_rate_limit' => 'bool',
        'options' => 'array',
    ];

    /** The one function that the library calls. FFI keeps each that it makes to the process's end. */
    private static ?CData $check = null;

    /** Of the call under way: its $cancel, whether signals are asynchronous, and what a function of PHP threw. */
    private static ?\Closure $cancel = null;
    private static bool $signals = false;
    private static ?\Throwable $thrown = null;

    /** Makes a native client. Checked here is what C can't see; what it can is left to it. */
    public static function client(#[\SensitiveParameter] array $settings): Handle
    {
        return self::quietly(static function () use ($settings): Handle {
            $values = self::values($settings);
            foreach (['region' => 'base_url', 'ca_file' => 'system_roots'] as $one => $other) {
                if (isset($values[$one], $values[$other])) {
                    throw self::refused("$one and $other replace each other: pass one of them");
                }
            }
            $config = Library::get()->dc_config_new();
            try {
                foreach ($values as $name => $value) {
                    self::call('dc_config_set_string', $config, (string) $name, $value);
                }
                self::$check ??= self::check();
                self::call('dc_config_set_interrupt_check', $config, self::$check[0], null, null);
                return self::make('dc_client', 'dc_client_new', $config);
            } finally {
                Library::get()->dc_config_free($config);
            }
        });
    }

    /**
     * Returns the options as the library takes them: strings, by the library's names. null, and false, which is the
     * default of each boolean, are left out.
     *
     * @return array<string, string>
     */
    private static function values(#[\SensitiveParameter] array $settings): array
    {
        $values = [];
        foreach (array_filter($settings, static fn (mixed $value): bool => $value !== null) as $name => $value) {
            $type = self::SETTINGS[$name] ?? throw self::refused(
                "unknown option \"$name\": use " . implode(', ', array_keys(self::SETTINGS))
            );
            if (get_debug_type($value) !== $type) {
                throw self::refused("$name should be of type $type, not " . get_debug_type($value));
            }
            if ($type !== 'array' && $value !== false) {
                $value = $value === true ? 'true' : (string) $value;
                $values[$name === 'token' ? 'access_token' : $name] = self::text($name, $value);
            }
        }
        foreach ($settings['options'] ?? [] as $name => $value) {
            if (!is_string($value)) {
                throw self::refused('a value in options should be of type string, not ' . get_debug_type($value));
            }
            if (isset($values[$name])) {
                throw self::refused("option \"$name\" is set twice: pass it once");
            }
            $values[$name] = self::text('a value in options', $value);
        }
        return $values;
    }

    /** Makes a native walk. */
    public static function pager(Handle $client, ?int $perPage, ?string $startingAfter, bool $prefetch): Handle
    {
        $arguments = [self::perPage($perPage), self::text('starting_after', $startingAfter)];
        return self::quietly(static function () use ($client, $arguments, $prefetch): Handle {
            $pager = self::make('dc_pager', 'dc_pager_new', $client->pointer, ...$arguments);
            self::call('dc_pager_set_prefetch', $pager->pointer, (int) $prefetch);
            return $pager;
        });
    }

    /** A number of rows, as C takes it. */
    public static function perPage(?int $perPage): int
    {
        $perPage ??= 0;
        return $perPage >= -0x80000000 && $perPage <= 0x7FFFFFFF ? $perPage : throw self::refused(
            "invalid per_page $perPage: use 1 to 50, or null for the service's default (20)"
        );
    }

    /** A text, as C takes it: its bytes are checked there, but not those behind a NUL. */
    public static function text(string $name, #[\SensitiveParameter] ?string $text): ?string
    {
        return !str_contains($text ?? '', "\0") ? $text : throw self::refused(
            "$name has a NUL at byte " . strpos($text, "\0") . ': pass UTF-8 text without'
        );
    }

    /**
     * Takes a step that waits. Meanwhile handlers of signals are run by the interrupt check alone, if they are run
     * asynchronously at all: so none comes between a page and the place where it is kept.
     *
     * @template T
     * @param \Closure(?CData): T $step is given a cancel token, if it has been cancelled before
     * @return T
     */
    public static function wait(?\Closure $cancel, \Closure $step): mixed
    {
        $cancelled = $cancel !== null && $cancel();
        return self::quietly(static function (bool $signals) use ($cancel, $step, $cancelled): mixed {
            $token = $cancelled ? self::make('dc_cancel_token', 'dc_cancel_token_new') : null;
            $cancelled && Library::get()->dc_cancel_token_cancel($token->pointer);
            $outer = [self::$cancel, self::$signals, self::$thrown];
            [self::$cancel, self::$signals, self::$thrown] = [$cancel, $signals, null];
            try {
                return $step($token?->pointer);
            } catch (DataConnectorsException $failure) {
                throw self::$thrown ?? $failure;
            } finally {
                [self::$cancel, self::$signals, self::$thrown] = $outer;
            }
        });
    }

    /**
     * Takes a step in which no handler of a signal is run asynchronously: so none that throws comes between what the
     * library gives and what frees or keeps it. (PHP 8.2 even frees a value twice, where one throws between a function
     * of PHP and another that takes its result as an argument.)
     *
     * @template T
     * @param \Closure(bool): T $step is told whether signals are asynchronous outside
     * @return T
     */
    private static function quietly(#[\SensitiveParameter] \Closure $step): mixed
    {
        $signals = \function_exists('pcntl_async_signals') && \pcntl_async_signals();
        try {
            // In the try: a handler can come, and throw, as this returns.
            $signals && \pcntl_async_signals(false);
            return $step($signals);
        } finally {
            if ($signals) {
                \pcntl_async_signals(true);
                \pcntl_signal_dispatch();
            }
        }
    }

    private static function check(): CData
    {
        $check = Library::get()->new('dc_interrupt_callback[1]');
        $check[0] = static fn (): int => self::interrupted();
        return $check;
    }

    /** The interrupt check. Nothing may be thrown through the library: it is kept, and ends the call. */
    private static function interrupted(): int
    {
        try {
            if (self::$signals) {
                \pcntl_signal_dispatch();
            }
            return self::$cancel !== null && (self::$cancel)() ? 1 : 0;
        } catch (\Throwable $thrown) {
            self::$thrown = $thrown;
            return 1;
        }
    }

    /** Calls a function that gives a page, and copies it; null: there are no more. */
    public static function page(string $function, mixed ...$arguments): ?Page
    {
        $native = Library::get();
        $page = $native->new('dc_page *');
        if (self::call($function, ...$arguments, ...[FFI::addr($page)]) === Status::DONE) {
            return null;
        }
        try {
            return new Page(
                self::rows($native, $page),
                $native->dc_page_next_cursor($page),
                $native->dc_page_has_next($page) === 1,
                $native->dc_page_request_id($page),
                self::rateLimit($native, 'dc_page', $page),
                FFI::string($native->dc_page_json($page), $native->dc_page_json_len($page)),
            );
        } finally {
            $native->dc_page_free($page);
        }
    }

    /** @return list<Connector> */
    private static function rows(FFI $native, CData $page): array
    {
        $length = $native->new('size_t');
        $packed = $native->dc_page_packed_rows($page, Library::PACKED_SEPARATED, FFI::addr($length));
        $packed = FFI::string($packed, $length->cdata);
        $connectors = [];
        foreach ($packed === '' ? [] : explode("\xFF", $packed) as $row) {
            $columns = explode("\xFE", $row);
            $columns = array_map(static fn (string $column): ?string => $column === "\xFD" ? null : $column, $columns);
            $columns[6] = $columns[6] === null ? null : $columns[6] === 'true';
            foreach ([12, 13, 14, 15] as $number) {
                $columns[$number] = $columns[$number] === null ? null : (int) $columns[$number];
            }
            // A later version of the library may add columns at the end.
            [12 => $createdAtMs, 13 => $updatedAtMs, 14 => $stateCode, 15 => $httpMethodCode, 16 => $json] = $columns;
            $connectors[] = new Connector(...array_slice($columns, 0, 12), ...[
                $json, $stateCode, $httpMethodCode, $createdAtMs, $updatedAtMs,
            ]);
        }
        return $connectors;
    }

    private static function rateLimit(FFI $native, string $of, CData $handle): RateLimit
    {
        [$limit, $remaining, $reset] = [$native->new('int64_t'), $native->new('int64_t'), $native->new('int64_t')];
        $native->{"{$of}_rate_limit"}($handle, FFI::addr($limit), FFI::addr($remaining), FFI::addr($reset));
        return new RateLimit(self::told($limit->cdata), self::told($remaining->cdata), self::told($reset->cdata));
    }

    private static function told(int $number): ?int
    {
        return $number < 0 ? null : $number;
    }

    /** Calls a function that makes a handle. */
    private static function make(string $type, string $function, mixed ...$arguments): Handle
    {
        $handle = Library::get()->new("$type *");
        self::call($function, ...$arguments, ...[FFI::addr($handle)]);
        return new Handle($handle, "{$type}_free");
    }

    /** Calls a function that can fail, with what it takes before the error. */
    private static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): int
    {
        $error = Library::get()->new('dc_error *');
        $status = Library::get()->$function(...$arguments, ...[FFI::addr($error)]);
        return $status >= Status::OK ? $status : throw self::failure($error);
    }

    private static function failure(CData $error): DataConnectorsException
    {
        $native = Library::get();
        try {
            return new DataConnectorsException(
                $native->dc_error_message($error),
                $native->dc_error_status($error),
                $native->dc_status_name($native->dc_error_status($error)),
                $native->dc_error_http_status($error) ?: null,
                $native->dc_error_api_code($error),
                $native->dc_error_api_field($error),
                $native->dc_error_request_id($error),
                self::told($native->dc_error_retry_after_ms($error)),
                $native->dc_error_attempts($error),
                self::rateLimit($native, 'dc_error', $error),
            );
        } finally {
            $native->dc_error_free($error);
        }
    }

    private static function refused(string $message): DataConnectorsException
    {
        return new DataConnectorsException($message, Status::ERR_INVALID_ARGUMENT, 'DC_ERR_INVALID_ARGUMENT');
    }
}
