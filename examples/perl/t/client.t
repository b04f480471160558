# What the shared cases don't have: Perl's values and signals, secrets, handles, and what a long run leaves behind.
use 5.014;
use strict;
use warnings;
use utf8;
use Carp ();
use Config;
use Data::Dumper;
use FindBin;
use lib "$FindBin::Bin/..";
use DataConnectors qw(:all);
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC setitimer ITIMER_REAL);

my $TOKEN = 'canary-5be1-token';
my $program = $ENV{DC_TEST_SANDBOX} // BAIL_OUT('set DC_TEST_SANDBOX to the program data-connectors-sandbox');
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

# It accepts, and says nothing.
my $silent = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1') // BAIL_OUT("no socket: $!");
my %SILENT = (base_url => 'http://127.0.0.1:' . $silent->sockport, max_retries => 0, timeout_ms => 20_000);

sub client { return DataConnectors::Client->new(token => $TOKEN, base_url => $URL, @_) }

sub failure {
    my ($call) = @_;
    return eval { $call->(); 1 } ? 'nothing failed' : $@;
}

sub refused {
    my ($call, $says, $name) = @_;
    my $error = failure($call);
    isa_ok($error, 'DataConnectors::Error', $name) and is($error->status, DC_ERR_INVALID_ARGUMENT, "$name: the status");
    like($error, $says, $name);
    return;
}

sub mask {
    my $mask = POSIX::SigSet->new;
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), POSIX::SigSet->new, $mask);
    return join ' ', grep { $mask->ismember($_) } 1 .. 31;
}

subtest 'values' => sub {
    my $page = client()->list_page(per_page => 2);
    my ($first, $second) = $page->connectors;
    is(scalar $page->connectors, 2, 'the number of connectors');
    is($first->name, 'Order Status Service', 'a field');
    is($first->state_code, DC_STATE_LIVE, 'a code');
    is(decode_json($page->json)->{data}[1]{id}, $second->id, 'the JSON of a page is bytes, for a decoder');
    is(decode_json($second->json)->{name}, $second->name, 'the JSON of a row, too');
    ok(!eval { $first->{name} = 'other'; 1 }, 'a connector stays as it is');
    ok(!eval { $page->{next_cursor} = 'other'; 1 }, 'a page, too');
    my $error = failure(sub { client()->list_page(per_page => 51) });
    like("$error", qr/invalid per_page 51.* at \Q${\__FILE__}\E line \d+\.\n\z/, 'an error says where');
    unlike($error->message, qr/line/, 'its message does not');
    is($error->http_status, undef, 'what an error does not know is undef');
};

subtest 'arguments' => sub {
    refused(sub { client(colour => 1) }, qr/unknown option "colour": use .*base_url/, 'an unknown setting');
    refused(sub { DataConnectors::Client->new('token') }, qr/name => value/, 'a name without its value');
    refused(sub { DataConnectors::Client->new(base_url => $URL) }, qr/missing access_token/, 'no token');
    refused(sub { client(token => undef) }, qr/token/, 'a token that is undef');
    refused(sub { client(token => []) }, qr/token should be a string/, 'a token that is a list');
    refused(sub { client(token => "a\0b") }, qr/token has a NUL/, 'a NUL in the token');
    refused(sub { client(region => 'eu') }, qr/region and base_url replace each other/, 'both of a pair');
    refused(sub { client(options => {region => 'eu'}) }, qr/replace each other/, 'both of a pair, one by name');
    refused(sub { client(max_retries => 2**40) }, qr/1099511627776: use 0 to 10/, 'a number beyond 32 bits');
    refused(sub { client(timeout_ms => '9' x 30) }, qr/1 to 86400000/, 'a number beyond 64 bits');
    refused(sub { client(timeout_ms => $_) }, qr/timeout_ms/, "\"$_\" as a number")
        for 1.5, '1e3', 'soon', '', [], 'inf', "5\n";
    refused(sub { client(wait_for_rate_limit => $_) }, qr/should be 1 or 0/, "\"$_\" as a flag")
        for 'false', 2, [];
    refused(sub { client()->list_page(starting_after => "\x{D800}") }, qr/UTF-8/, 'half a surrogate pair');
    refused(sub { client()->list_page(prefetch => 1) }, qr/unknown option "prefetch"/, 'an unknown argument');
    refused(sub { client()->list_page(cancel => client()) }, qr/CancelToken/, 'another object as a token');
    ok(client(wait_for_rate_limit => $_), 'a flag') for JSON::PP::true, JSON::PP::false, 1, 0, !!1, !!0, undef;
};

subtest 'options by name' => sub {
    my $client = client(options => {timeout_ms => '5000', max_retries => 0, proxy => undef});
    is(scalar($client->list_page->connectors), 20, 'they are set');
    refused(sub { client(options => {timeout_m => 1}) }, qr/did you mean timeout_ms/, 'an unknown name');
    refused(sub { client(options => {timeout_ms => 0}) }, qr/invalid timeout_ms 0/, 'an invalid value');
    refused(sub { client(options => {access_token => 'x'}) }, qr/set twice/, 'an option that is set twice');
    refused(sub { client(options => [1]) }, qr/reference to a hash/, 'another type');
};

subtest 'secrets' => sub {
    my $password = 'canary-pa55';
    my @seen;
    local $SIG{__DIE__} = sub { push @seen, Carp::longmess(@_) };
    my %settings = (token => $TOKEN, proxy => "http://user:$password\@127.0.0.1:1", allow_insecure_http => 1);
    my $client = DataConnectors::Client->new(%settings, base_url => 'http://127.0.0.2:1', max_retries => 0);
    push @seen, failure(sub { $client->list_page });
    my @bad = ([timeout_ms => 0], [wait_for_rate_limit => 'x'], [token => "$TOKEN\n"], [token => "$TOKEN\0"],
        [proxy => "$password\n"]);
    for my $bad (@bad) {
        push @seen, failure(sub { DataConnectors::Client->new(%settings, @$bad) });
    }
    cmp_ok(scalar @seen, '>=', 12, 'there were errors and traces');
    my $all = join "\n", "$client", @seen, Data::Dumper->new([$client, \@seen])->Deparse(1)->Dump;
    unlike($all, qr/\Q$TOKEN/, 'the token is nowhere');
    unlike($all, qr/\Q$password/, "the proxy's password is nowhere");
};

subtest 'closing' => sub {
    my $client = client();
    my ($pages, $connectors) = ($client->pages, $client->connectors(per_page => 1));
    ok($connectors->next, 'a step');
    $client->close for 1, 2;
    refused(sub { $client->list_page }, qr/client is closed/, 'a call');
    refused(sub { $client->shutdown }, qr/client is closed/, 'a shutdown');
    refused(sub { $pages->next }, qr/client is closed/, 'a walk of its');
    refused(sub { $connectors->next }, qr/client is closed/, 'a walk that had begun');
    $pages = client()->pages;
    $pages->close;
    refused(sub { $pages->next }, qr/pager is closed/, 'a walk that was closed');
    ok(client()->pages->next, 'a walk keeps its client');
    my $token = DataConnectors::CancelToken->new;
    is($token->is_cancelled, 0, 'a token');
    $token->cancel;
    is($token->is_cancelled, 1, 'a token that was cancelled');
    is(failure(sub { client()->list_page(cancel => $token) })->status, DC_ERR_CANCELLED, 'it ends the call');
    $token->close;
    refused(sub { client()->list_page(cancel => $token) }, qr/cancel_token is closed/, 'a token that was closed');
};

subtest 'the end of an object' => sub {
    no warnings 'redefine';
    local *DataConnectors::Handle::_free = sub { eval { die "in between\n" }; $! = 5 };
    my $handle = DataConnectors::Handle->_own(config => undef);
    ($@, $!) = ('a failure', 2);
    undef $handle;
    is("$@ " . ($! + 0), 'a failure 2', 'it leaves what a failure is told by');
};

# Makes a call that hangs, with a signal's handler that runs after so many seconds (and then every so many).
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
    is($error->status, DC_ERR_TIMEOUT, 'one that returns lets the call go on');
    ($error) = interrupted(sub { $client->close }, sub { $client->list_page });
    is($error->status, DC_ERR_TIMEOUT, 'a close lets the call go on, too');
    refused(sub { $client->list_page }, qr/client is closed/, 'and is one afterwards');

    $client = client(%SILENT);
    ($error, $took) = interrupted(sub { die "enough\n" }, sub { $client->list_page });
    is($error, "enough\n", 'what a handler raises ends the call');
    cmp_ok($took, '<', 5, 'at once');
    ($error) = interrupted(sub { die {code => 7} }, sub { $client->pages(prefetch => 1)->next });
    is_deeply($error, {code => 7}, 'also an object, in a walk');
    my $nested = client();
    ($error) = interrupted(sub { die $nested->list_page }, sub { $client->list_page });
    isa_ok($error, 'DataConnectors::Page', 'what a call within a handler gave');
    my $enough = sub { (interrupted(sub { die "enough\n" }, sub { $client->list_page }, $_[0]))[0] };
    is_deeply([map { $enough->(0.002 + $_ * 0.0002) } 0 .. 99], [("enough\n") x 100], 'whenever it comes');
    is(mask(), '', 'no signal stays held back');

    my $after = sub {
        no warnings 'redefine';
        *DataConnectors::Error::_taken = sub { POSIX::_exit(4) };
    };
    my $in_a_call = sub {
        $SIG{USR1} = sub { exit 5 };
        kill USR1 => $$;
        client(%SILENT)->list_page;
        POSIX::_exit(8);
    };
    for (['a handler that exits', sub { $SIG{ALRM} = sub { exit 3 } }, 3 << 8],
        ['when the call has returned: it', sub { $after->(); $SIG{ALRM} = sub { exit 3 } }, 4 << 8],
        ['a handler that exits, and catches that,', sub { $SIG{ALRM} = sub { eval { exit 3 } } }, 3 << 8],
        ['a handler that exits in a call of a handler', sub { $SIG{ALRM} = $in_a_call }, 5 << 8],
        ['no handler', sub { $SIG{ALRM} = 'DEFAULT' }, POSIX::SIGALRM()]) {
        my ($what, $prepare, $ends) = @$_;
        my $child = fork // die "fork: $!\n";
        if (!$child) {
            open STDOUT, '>', '/dev/null';
            $prepare->();
            setitimer(ITIMER_REAL, 0.1);
            $client->list_page;
            POSIX::_exit(9);
        }
        waitpid $child, 0;
        is($?, $ends, "$what ends the process");
    }
};

subtest 'a page is not lost' => sub {
    my @all = map { $_->id } rows(client()->pages(per_page => 50));
    my $pages = client()->pages(per_page => 50);
    my $made = DataConnectors::Page->can('_new');
    my $ids = sub { return map { $_->id } ($_[0] // return)->connectors };
    my @got = $ids->($pages->next);
    my $cursor = $pages->cursor;
    {
        no warnings 'redefine';
        local *DataConnectors::Page::_new = sub { die "enough\n" };
        is(failure(sub { $pages->next }), "enough\n", 'something is raised when the page has come');
    }
    is($pages->cursor, $cursor, 'the cursor is where it was');
    push @got, map { $_->id } rows($pages);
    is_deeply(\@got, \@all, 'the next step gives it');
    is($pages->next, undef, 'the end stays the end');
    is(scalar @all, 137, 'that is all of them');
};

sub rows {
    my ($pages) = @_;
    my @rows;
    while (my $page = $pages->next) { push @rows, $page->connectors }
    return @rows;
}

subtest 'interpreter threads' => sub {
    plan skip_all => 'this perl has none' if !$Config{useithreads};
    require threads;
    my $client = client();
    my $walk = $client->pages;
    my $there = sub { return join ' ', ref $client, scalar(client()->list_page->connectors) };
    is(threads->create($there)->join, 'SCALAR 20', 'one has no copy of a client, and can make its own');
    is(scalar($client->list_page->connectors), 20, 'the client is as before');
};

subtest 'the program' => sub {
    local $ENV{INTERCOM_ACCESS_TOKEN} = $TOKEN;
    my @command = ($^X, "$FindBin::Bin/../list_connectors.pl", '--per-page', 50, '--base-url');
    open my $out, '-|:encoding(UTF-8)', @command, $URL or die "$^X: $!\n";
    my @lines = <$out>;
    is(scalar @lines, 137, 'a line each');
    is($lines[0], "12345\tlive\tOrder Status Service\n", 'id, state, name');
    my $said = qx(@command nonsense 2>&1);
    is($? >> 8, 1, 'it ends with 1 for a failure');
    like($said, qr/^list_connectors\.pl: .*no scheme/, 'and says why');
};

subtest 'a long run' => sub {
    plan skip_all => 'there is no /proc' if !-r '/proc/self/statm';
    my $pages = $ENV{DATA_CONNECTORS_PAGES} // 2000;
    my ($client, $failing) = (client(), client(base_url => 'http://127.0.0.1:1', max_retries => 0));
    my $round = sub {
        $client->list_page(per_page => 10);
        $client->connectors(per_page => 1, prefetch => 1)->next for 1;
        my $token = DataConnectors::CancelToken->new;
        failure(sub { $failing->list_page(cancel => $token) });
        failure(sub { $client->list_page(per_page => 51) });
        failure(sub { client(timeout_ms => 0) });
        return;
    };
    $round->() for 1 .. 200;
    my @before = used();
    for my $i (1 .. $pages) { $i % 10 ? $client->list_page(per_page => 50) : $round->() }
    my @after = used();
    diag("$pages pages: $before[0] KiB, $before[1] descriptors before; $after[0] KiB, $after[1] descriptors after");
    cmp_ok($after[0] - $before[0], '<', 8 * 1024, 'the memory stays');
    cmp_ok($after[1], '<=', $before[1] + 4, 'the descriptors, too');
};

sub used {
    open my $file, '<', '/proc/self/status' or die "/proc/self/status: $!\n";
    my ($kib) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$file>;
    my @open = glob '/proc/self/fd/*';
    return $kib, scalar @open;
}

done_testing;
