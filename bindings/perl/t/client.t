# Tests beyond the conformance cases: Perl values, signal handlers, secrets, handles, the logger and leaks.
use 5.014;
use warnings;
use utf8;
use Carp ();
use Config;
use Data::Dumper;
use FindBin;
use Hash::Util qw(unlock_hash);
use lib "$FindBin::Bin/../lib";
use DataConnectors qw(:all);
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC setitimer ITIMER_REAL);

my $TOKEN = 'canary-5be1-token';
my $program = $ENV{DC_TEST_SANDBOX} // plan(skip_all => 'set DC_TEST_SANDBOX to the path of data-connectors-sandbox');
my $main = $$;
my $sandbox = open(my $started, '-|') // BAIL_OUT("fork: $!");
if (!$sandbox) {
    open STDERR, '>', '/dev/null';
    exec $program, '--connectors', '137' or POSIX::_exit(127);
}
END {
    local $?;
    kill TERM => $sandbox and close $started if $sandbox && $$ == $main;
}
chomp(my $URL = <$started>);

# Accepts connections and sends nothing.
my $silent = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1') // BAIL_OUT("no socket: $!");
my %SILENT = (base_url => 'http://127.0.0.1:' . $silent->sockport, max_retries => 0, timeout_ms => 20_000);

sub client { return DataConnectors::Client->new(access_token => $TOKEN, base_url => $URL, @_) }

sub failure {
    my ($call) = @_;
    return eval { $call->(); 1 } ? 'no error' : $@;
}

sub rejected {
    my ($call, $message, $name) = @_;
    my $error = failure($call);
    isa_ok($error, 'DataConnectors::Error', $name) and is($error->status, DC_ERR_INVALID_ARGUMENT, "$name: status");
    like($error, $message, $name);
    return;
}

sub mask {
    my $mask = POSIX::SigSet->new;
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), POSIX::SigSet->new, $mask);
    return join ' ', grep { $mask->ismember($_) } 1 .. 31;
}

subtest 'pages and connectors' => sub {
    my $page = client()->list_page(per_page => 2);
    my ($first, $second) = $page->connectors;
    is(scalar $page->connectors, 2, 'number of connectors');
    is($first->name, 'Order Status Service', 'a field');
    is($first->state_code, DC_STATE_LIVE, 'a code');
    is(decode_json($page->json)->{data}[1]{id}, $second->id, 'JSON of a page: bytes, as for decode_json');
    is(decode_json($second->json)->{name}, $second->name, 'JSON of a connector');
    ok(!eval { $first->{name} = 'other'; 1 }, 'a connector is read-only');
    ok(!eval { $page->{next_cursor} = 'other'; 1 }, 'a page is read-only');
    is(scalar @DataConnectors::Connector::FIELDS, 12, 'number of fields');
};

subtest 'errors' => sub {
    my $error = failure(sub { client()->list_page(per_page => 51) });
    like("$error", qr/invalid per_page 51.* at \Q${\__FILE__}\E line \d+\.\n\z/, 'the string contains file and line');
    unlike($error->message, qr/line/, 'the message does not');
    is($error->http_status, undef, 'unknown values are undef');
    my $unauthorized = failure(sub { client(base_url => "$URL/nowhere")->list_page });
    is($unauthorized->http_status, 404, 'HTTP status');
    my $id = $unauthorized->request_id // 'none';
    like("$unauthorized", qr/ \(request id \Q$id\E\) at /, 'the string contains the request id');
};

subtest 'options' => sub {
    is(scalar(client(timeout_ms => 5000, max_retries => '0', proxy => undef)->list_page->connectors), 20, 'are set');
    rejected(sub { client(timeout_m => 1) }, qr/did you mean timeout_ms/, 'unknown option');
    rejected(sub { client("timeout_ms\0" => 1) }, qr/option name: contains a NUL/, 'NUL in a name');
    rejected(sub { DataConnectors::Client->new('access_token') }, qr/name => value/, 'name without value');
    rejected(sub { DataConnectors::Client->new(base_url => $URL) }, qr/access.token/, 'no access token');
    rejected(sub { client(access_token => undef) }, qr/access.token/, 'undef as access token');
    rejected(sub { client(access_token => []) }, qr/access_token: use a string/, 'array as access token');
    rejected(sub { client(access_token => "a\0b") }, qr/access_token: contains a NUL/, 'NUL in the access token');
    rejected(sub { client(region => 'eu') }, qr/region and base_url replace each other/, 'region with base_url');
    rejected(sub { client(timeout_ms => $_) }, qr/timeout_ms/, "\"$_\" as a number")
        for 0, 1.5, '1e3', 'soon', '', [], 'inf', "5\n", '9' x 30;
    rejected(sub { client(wait_for_rate_limit => $_) }, qr/wait_for_rate_limit/, "\"$_\" as a boolean")
        for 'maybe', 2, [];
    ok(client(wait_for_rate_limit => $_), 'a boolean')
        for JSON::PP::true, JSON::PP::false, 1, 0, !!1, !!0, 'false', undef;
    rejected(sub { client(ca_file => '/no/such.pem', system_roots => 0) }, qr/ca_file/, 'false replaces nothing');
};

subtest 'arguments' => sub {
    rejected(sub { client()->list_page(starting_after => "\x{D800}") }, qr/UTF-8/, 'unpaired surrogate');
    rejected(sub { client()->list_page(prefetch => 1) }, qr/unknown argument "prefetch"/, 'unknown argument');
    rejected(sub { client()->list_page(cancel_token => client()) }, qr/CancelToken/, 'client as cancel token');
    rejected(sub { client()->list(per_page => $_) }, qr/invalid per_page/, "$_ as per_page")
        for 1.5, 'x', '', 2**40, [];
};

subtest 'secrets' => sub {
    my $password = 'canary-pa55';
    my @seen;
    local $SIG{__DIE__} = sub { push @seen, Carp::longmess(@_) };
    my %options = (access_token => $TOKEN, proxy => "http://user:$password\@127.0.0.1:1", allow_insecure_http => 1);
    my $client = DataConnectors::Client->new(%options, base_url => 'http://127.0.0.2:1', max_retries => 0);
    push @seen, failure(sub { $client->list_page });
    my @invalid = ([timeout_ms => 0], [wait_for_rate_limit => 'x'], [access_token => "$TOKEN\n"],
        [access_token => "$TOKEN\0"], [proxy => "$password\n"], [colour => $TOKEN]);
    for my $option (@invalid) {
        push @seen, failure(sub { DataConnectors::Client->new(%options, @$option) });
    }
    cmp_ok(scalar @seen, '>=', 12, 'errors and stack traces');
    my $all = join "\n", "$client", @seen, Data::Dumper->new([$client, \@seen])->Deparse(1)->Dump;
    unlike($all, qr/\Q$TOKEN/, 'do not contain the access token');
    unlike($all, qr/\Q$password/, 'do not contain the password of the proxy');
};

subtest 'logger' => sub {
    my @lines;
    my $logger = sub { push @lines, "@_" };
    client(logger => $logger, log_level => 'debug')->list_page;
    like($lines[0], qr/^debug GET /, 'level and message');
    unlike("@lines", qr/\Q$TOKEN/, 'no access token');
    @lines = ();
    client(logger => $logger, log_level => 'warn')->list_page;
    is(scalar @lines, 0, 'less severe lines are omitted');
    client(logger => $logger)->list_page;
    is(join(' ', map { /^(\w+)/ } @lines), 'info', 'the default level');
    is(failure(sub { client(logger => sub { die "full\n" })->list_page }), "full\n", 'its exceptions cancel the call');
    my $failing = client(%SILENT, logger => sub { die "full\n" }, log_level => 'debug');
    is(failure(sub { $failing->list_page }), "full\n", 'also while the call waits');
    rejected(sub { client(logger => $_) }, qr/invalid logger: use a code reference/, 'not code as logger')
        for 'warn', [], {};
    rejected(sub { client(logger => $logger, log_level => 'all') }, qr/log_level "all": use debug/, 'unknown level');
};

subtest 'close' => sub {
    my $client = client();
    my ($pages, $connectors) = ($client->pages, $client->list(per_page => 1));
    ok($connectors->next, 'a connector');
    $client->close for 1, 2;
    rejected(sub { $client->list_page }, qr/client is closed/, 'call');
    rejected(sub { $client->shutdown }, qr/client is closed/, 'shutdown');
    rejected(sub { $pages->next }, qr/client is closed/, 'iterator');
    rejected(sub { $connectors->next }, qr/client is closed/, 'iterator in use');
    for my $iterator (client()->pages, client()->list) {
        $iterator->next;
        $iterator->close;
        rejected(sub { $iterator->next }, qr/iterator is closed/, 'closed iterator');
    }
    ok(client()->pages->next, 'an iterator keeps its client');
};

subtest 'snapshots' => sub {
    # Three requests, one and three.
    my @options = qw(--connectors 60 --change-before 4:update:12345 --change-before 5:delete:12345);
    my $pid = open(my $out, '-|', "exec $program @options 2>/dev/null") // BAIL_OUT("fork: $!");
    chomp(my $url = <$out>);
    my $client = client(base_url => $url);
    my $first = $client->snapshot;
    is(join(' ', $first->state, $first->is_complete, $first->reason // 'undef'), 'complete 1 undef', 'complete');
    cmp_ok(abs($first->as_of_ms / 1000 - time), '<', 60, 'time');
    is(scalar(my ($row) = $first->connectors), 60, 'connectors');
    my $stored = DataConnectors::Snapshot->load($first->json);
    is($stored->json, $first->json, 'is stored');
    is_deeply([$stored->connectors], [$first->connectors], 'with its connectors');
    my $second = $client->snapshot(previous => $stored, overlap_ms => 1000, max_passes => 1, timeout_ms => 30_000);
    is(join(' ', $second->state, $second->is_complete), 'refreshed 0', 'refreshed');
    my $diff = $second->diff($stored);
    is_deeply([map { "$_->{id} @{$_->{fields}}" } @{ $diff->{changed} }], ['12345 description updated_at'], 'changes');
    is($diff->{removed}, undef, 'a refreshed one shows no removals');
    is_deeply([map { $_->{id} } @{ $client->snapshot->diff($second)->{removed} }], ['12345'], 'a complete one does');
    kill TERM => $pid and close $out;

    rejected(sub { $client->snapshot(per_page => 1) }, qr/unknown argument "per_page"/, 'unknown argument');
    rejected(sub { $client->snapshot(previous => $_) }, qr/previous: use a DataConnectors::Snapshot/, 'previous')
        for 'x', {}, $client;
    for my $name (qw(overlap_ms max_passes timeout_ms)) {
        rejected(sub { $client->snapshot($name => $_) }, qr/invalid $name/, "$_ as $name") for -1, 0.5, 'x', 2**40, [];
    }
    rejected(sub { DataConnectors::Snapshot->load($_) }, qr/stored snapshot is invalid/, 'not a snapshot') for '{}', [];
    rejected(sub { DataConnectors::Snapshot->load($_) }, qr/json: use a byte string/, 'not bytes') for undef, '📦';
    rejected(sub { $second->diff($_) }, qr/older: use a DataConnectors::Snapshot/, 'not a snapshot') for undef, $client;
    $client = client(%SILENT, timeout_ms => 500);
    $stored = DataConnectors::Snapshot->load($first->json =~ s/\Q$url/$SILENT{base_url}/r);
    my ($error) = interrupted(sub { $stored->close }, sub { $client->snapshot(previous => $stored) });
    is($error->status, DC_ERR_TIMEOUT, 'the call continues if the previous one is closed');
    for my $call (sub { $stored->connectors }, sub { $stored->json }, sub { $stored->diff($second) },
        sub { $second->diff($stored) }, sub { $client->snapshot(previous => $stored) }) {
        rejected($call, qr/snapshot is closed/, 'closed');
    }
    is($stored->state, 'complete', 'state of a closed one');
    $first->close;
    is(scalar $first->connectors, 60, 'connectors that were used remain after close');
    rejected(sub { $first->json }, qr/snapshot is closed/, 'but not the JSON');
};

subtest 'a signal handler closes a snapshot while it is read' => sub {
    my $dc = \%DataConnectors::Native::dc;
    unlock_hash(%$dc);
    for my $method (qw(json connectors)) {
        my $snapshot = client()->snapshot;
        my ($address, $free) = @{ $snapshot->{pointer} }{qw(address free)};
        my @calls;
        $snapshot->{pointer}{free} = sub { push @calls, 'free' };
        my %native = %$dc;
        local $SIG{USR1} = sub { $snapshot->close };
        local $dc->{snapshot_page} = sub { my $page = $native{snapshot_page}->(@_); kill USR1 => $$; return $page };
        local @$dc{qw(page_json page_packed_rows)} =
            map { my $read = $_; sub { push @calls, 'read'; return $read->(@_) } } @native{qw(page_json page_packed_rows)};
        ok($snapshot->$method, $method);
        is("@calls", 'read free', 'it is freed afterwards');
        $free->($address);
    }
};

subtest 'a state that the module does not know' => sub {
    my $json = client()->snapshot->json;
    my $dc = \%DataConnectors::Native::dc;
    unlock_hash(%$dc);
    local $dc->{snapshot_state} = sub { return 3 };
    my $snapshot = DataConnectors::Snapshot->load($json);
    is(join(' ', $snapshot->state, $snapshot->is_complete), 'unknown 0', 'is unknown');
};

subtest 'cancel tokens' => sub {
    my $cancel_token = DataConnectors::CancelToken->new;
    is($cancel_token->is_cancelled, 0, 'not cancelled');
    $cancel_token->cancel;
    is($cancel_token->is_cancelled, 1, 'cancelled');
    my $call = sub { client()->list_page(cancel_token => $cancel_token) };
    is(failure($call)->status, DC_ERR_CANCELLED, 'cancels the call');
    $cancel_token->close;
    rejected($call, qr/cancel token is closed/, 'closed');
};

subtest 'destructors preserve $@ and $!' => sub {
    my $pointer = DataConnectors::Pointer->_new(config => undef);
    $pointer->{free} = sub { eval { die "other\n" }; $! = 5 };
    ($@, $!) = ('an error', 2);
    undef $pointer;
    is("$@ " . ($! + 0), 'an error 2', 'unchanged');
};

# Makes a call with a signal handler that runs after this number of seconds (and then in this interval).
sub interrupted {
    my ($handler, $call, $after, $again) = @_;
    local $SIG{ALRM} = $handler;
    setitimer(ITIMER_REAL, $after // 0.1, $again // 0);
    my $started = clock_gettime(CLOCK_MONOTONIC);
    my $error = failure($call);
    setitimer(ITIMER_REAL, 0);
    return $error, clock_gettime(CLOCK_MONOTONIC) - $started;
}

subtest 'signals' => sub {
    my $client = client(%SILENT, timeout_ms => 500);
    my $ran = 0;
    my ($error, $took) = interrupted(sub { $ran++ }, sub { $client->list_page }, 0.1, 0.01);
    cmp_ok($ran, '>', 5, 'handlers run while a call waits');
    is($error->status, DC_ERR_TIMEOUT, 'the call continues if they return');
    ($error) = interrupted(sub { $client->close }, sub { $client->list_page });
    is($error->status, DC_ERR_TIMEOUT, 'the call continues after close');
    rejected(sub { $client->list_page }, qr/client is closed/, 'closed in a handler');

    $client = client(%SILENT);
    ($error, $took) = interrupted(sub { die "stop\n" }, sub { $client->list_page });
    is($error, "stop\n", 'an exception from a handler cancels the call');
    cmp_ok($took, '<', 5, 'immediately');
    ($error) = interrupted(sub { die {code => 7} }, sub { $client->pages(prefetch => 1)->next });
    is_deeply($error, {code => 7}, 'even an object, and in an iterator');
    my $nested = client();
    ($error) = interrupted(sub { die $nested->list_page }, sub { $client->list_page });
    isa_ok($error, 'DataConnectors::Page', 'result of a call in a handler');
    my $stop_after = sub { (interrupted(sub { die "stop\n" }, sub { $client->list_page }, $_[0]))[0] };
    is_deeply([map { $stop_after->(0.002 + $_ * 0.0002) } 0 .. 99], [("stop\n") x 100], 'at any time');
    is(mask(), '', 'no signal stays blocked');

    my $after = sub {
        no warnings 'redefine';
        *DataConnectors::Error::_from = sub { POSIX::_exit(4) };
    };
    my $in_a_call = sub {
        $SIG{USR1} = sub { exit 5 };
        kill USR1 => $$;
        client(%SILENT)->list_page;
        POSIX::_exit(8);
    };
    for (['a handler that exits', sub { $SIG{ALRM} = sub { exit 3 } }, 3 << 8],
        ['a handler that exits after the call returned', sub { $after->(); $SIG{ALRM} = sub { exit 3 } }, 4 << 8],
        ['a handler that exits and catches the exception', sub { $SIG{ALRM} = sub { eval { exit 3 } } }, 3 << 8],
        ['a handler that exits in a call in a handler', sub { $SIG{ALRM} = $in_a_call }, 5 << 8],
        ['no handler', sub { $SIG{ALRM} = 'DEFAULT' }, POSIX::SIGALRM()]) {
        my ($what, $prepare, $status) = @$_;
        my $child = fork // die "fork: $!\n";
        if (!$child) {
            open STDOUT, '>', '/dev/null';
            $prepare->();
            setitimer(ITIMER_REAL, 0.1);
            $client->list_page;
            POSIX::_exit(9);
        }
        waitpid $child, 0;
        is($?, $status, "$what terminates the process");
    }
};

subtest 'no page is lost' => sub {
    my @all = map { $_->id } rows(client()->pages(per_page => 50));
    my $pages = client()->pages(per_page => 50);
    my $ids = sub { return map { $_->id } ($_[0] // return)->connectors };
    my @got = $ids->($pages->next);
    my $cursor = $pages->cursor;
    {
        no warnings 'redefine';
        local *DataConnectors::Page::_new = sub { die "stop\n" };
        is(failure(sub { $pages->next }), "stop\n", 'raised after the page was received');
    }
    is($pages->cursor, $cursor, 'the cursor is unchanged');
    push @got, map { $_->id } rows($pages);
    is_deeply(\@got, \@all, 'the next call returns it');
    is($pages->next, undef, 'undef after the last page');
    is(scalar @all, 137, 'number of connectors');
};

sub rows {
    my ($pages) = @_;
    my @rows;
    while (my $page = $pages->next) { push @rows, $page->connectors }
    return @rows;
}

subtest 'interpreter threads' => sub {
    plan skip_all => 'perl without threads' if !$Config{useithreads};
    require threads;
    my $client = client();
    my $pages = $client->pages;
    my $in_thread = sub { return join ' ', ref $client, scalar(client()->list_page->connectors) };
    is(threads->create($in_thread)->join, 'SCALAR 20', 'no copy of the client; a new one works');
    is(scalar($client->list_page->connectors), 20, 'the client is unchanged');
};

subtest 'no leaks' => sub {
    plan skip_all => 'no /proc' if !-r '/proc/self/statm';
    my $pages = $ENV{DC_TEST_PAGES} // 2000;
    my ($client, $failing) = (client(), client(base_url => 'http://127.0.0.1:1', max_retries => 0));
    my $round = sub {
        $client->list_page(per_page => 10);
        $client->list(per_page => 1, prefetch => 1)->next;
        my $cancel_token = DataConnectors::CancelToken->new;
        failure(sub { $failing->list_page(cancel_token => $cancel_token) });
        failure(sub { $client->list_page(per_page => 51) });
        failure(sub { client(timeout_ms => 0) });
        my $snapshot = $client->snapshot;
        $snapshot->diff(DataConnectors::Snapshot->load($snapshot->json));
        return;
    };
    $round->() for 1 .. 200;
    my @before = used();
    for my $i (1 .. $pages) { $i % 10 ? $client->list_page(per_page => 50) : $round->() }
    my @after = used();
    diag("$pages pages: $before[0] KiB, $before[1] file descriptors before; $after[0] KiB, $after[1] after");
    cmp_ok($after[0] - $before[0], '<', 8 * 1024, 'memory');
    cmp_ok($after[1], '<=', $before[1] + 4, 'file descriptors');
};

sub used {
    open my $file, '<', '/proc/self/status' or die "/proc/self/status: $!\n";
    my ($kib) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$file>;
    my @open = glob '/proc/self/fd/*';
    return $kib, scalar @open;
}

done_testing;
