#!/usr/bin/env perl
# Runs the conformance cases, and reports the result of each; see tests/conformance/README.md.
use 5.014;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Data::Dumper;
use DataConnectors;
use Encode qw(decode_utf8 encode_utf8);
use JSON::PP;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC setitimer ITIMER_REAL);

my %FIELDS = map { ($_ => 1) } qw(name settings options call per_page starting_after prefetch stop_after then
    cancel_after_ms shutdown_after_ms closed callers expect overlap_ms max_passes snapshot_timeout_ms stored);
my $RATE_LIMIT = qr/rate_limit(?:_remaining|_reset)?/;

sub print_value {
    my ($value) = @_;
    print map { "# $_\n" } split /\n/, join "\n", "$value", Data::Dumper->new([$value])->Indent(1)->Useqq(1)->Dump;
    return;
}

sub quote { return join ', ', map { defined $_ ? "\"$_\"" : 'undef' } @_ }

sub expect {
    my ($what, $actual, $expected) = @_;
    return if quote($actual) eq quote($expected);
    die "$what is ${\quote($actual)}, expected ${\quote($expected)}\n";
}

# Iterates over at most this many pages, or all.
sub collect {
    my ($outcome, $pages, $limit) = @_;
    for (my $count = 1; my $page = $pages->next; $count++) {
        push @{ $outcome->{pages} }, $page;
        push @{ $outcome->{rows} }, $page->connectors;
        return if $limit && $count == $limit;
    }
    return;
}

sub list_page {
    my ($case, $client, $outcome, %arguments) = @_;
    $outcome->{pages} = [$client->list_page(%arguments)];
    $outcome->{rows} = [$outcome->{pages}[0]->connectors];
    return;
}

sub list_pages {
    my ($case, $client, $outcome, %arguments) = @_;
    my $pages = $client->pages(%arguments);
    my $then = $case->{then} // '';
    if (!eval { collect($outcome, $pages, $case->{stop_after}); 1 }) {
        die $@ if $then ne 'continue';
        $outcome->{error} = $@;
        collect($outcome, $pages);
    }
    collect($outcome, $client->pages(%arguments, starting_after => $pages->cursor)) if $then eq 'resume';
    return;
}

sub list_connectors {
    my ($case, $client, $outcome, %arguments) = @_;
    my $connectors = $client->list(%arguments);
    while (my $connector = $connectors->next) {
        push @{ $outcome->{rows} }, $connector;
        last if $case->{stop_after} && @{ $outcome->{rows} } == $case->{stop_after};
    }
    return;
}

sub take_snapshot {
    my ($case, $client, $outcome, %arguments) = @_;
    return use_snapshot($case, $client, $outcome, $client->snapshot(%arguments), %arguments);
}

sub load_snapshot {
    my ($case, $client, $outcome, %arguments) = @_;
    my $stored = encode_utf8($case->{stored});
    return use_snapshot($case, $client, $outcome, DataConnectors::Snapshot->load($stored), %arguments);
}

sub use_snapshot {
    my ($case, $client, $outcome, $first, %arguments) = @_;
    my $then = $case->{then} // '';
    my $snapshot = $then eq '' ? $first
        : $then eq 'store' ? DataConnectors::Snapshot->load($first->json)
        : $then eq 'again' ? $client->snapshot(%arguments)
        : $then eq 'refresh' ? $client->snapshot(%arguments, previous => $first)
        : die "unknown value of then: $then\n";
    $outcome->{diff} = $snapshot->diff($first);
    $outcome->{snapshot} = $snapshot;
    $outcome->{rows} = [$snapshot->connectors];
    return;
}

my %CALLS = (client => sub { }, page => \&list_page, pages => \&list_pages, connectors => \&list_connectors,
    snapshot => \&take_snapshot, load => \&load_snapshot);

sub call {
    my ($case, $client) = @_;
    my $outcome = {rows => [], pages => []};
    my $cancel_token = DataConnectors::CancelToken->new;
    my @names = qw(per_page starting_after prefetch overlap_ms max_passes);
    my %arguments = map { exists $case->{$_} ? ($_ => $case->{$_}) : () } @names;
    $arguments{timeout_ms} = $case->{snapshot_timeout_ms} if exists $case->{snapshot_timeout_ms};
    my %actions = (cancel_after_ms => sub { $cancel_token->cancel }, shutdown_after_ms => sub { $client->shutdown });
    my ($action) = grep { defined $case->{$_} } sort keys %actions;
    local $SIG{ALRM} = $actions{$action} if $action;
    # A timer of 0 would never expire.
    if ($action) { $case->{$action} ? setitimer(ITIMER_REAL, $case->{$action} / 1000) : $actions{$action}->() }
    my $function = $CALLS{ $case->{call} } // die "unknown call $case->{call}\n";
    my $start = clock_gettime(CLOCK_MONOTONIC);
    eval { $function->($case, $client, $outcome, %arguments, cancel_token => $cancel_token); 1 }
        or $outcome->{error} = $@;
    $outcome->{ms} = (clock_gettime(CLOCK_MONOTONIC) - $start) * 1000;
    setitimer(ITIMER_REAL, 0);
    return $outcome;
}

# Concurrent callers are processes. Each writes what it prints, and then its result, to a pipe.
sub call_concurrently {
    my ($case, $client) = @_;
    my @pipes = map {
        my $pid = open(my $pipe, '-|') // die "fork: $!\n";
        if (!$pid) {
            print eval { check($case, call($case, $client)); 1 } ? "passed\n" : $@;
            exit 0;
        }
        $pipe;
    } 1 .. $case->{callers};
    for my $lines (map { [readline $_] } @pipes) {
        my $result = pop(@$lines) // "a caller printed no result\n";
        print @$lines;
        die $result if $result ne "passed\n";
    }
    return;
}

sub check_error {
    my ($error, $expected) = @_;
    die 'no error, expected ' . JSON::PP->new->canonical->encode($expected) . "\n" if $expected && !defined $error;
    return if !defined $error;
    die "unexpected error: $error" if !$expected || !eval { $error->isa('DataConnectors::Error') };
    for my $name (sort keys %$expected) {
        my $value = $expected->{$name};
        my $parts = $name eq 'message' ? $value : $name eq 'status' && $value eq 'closed' ? ['closed'] : undef;
        if ($parts) { check_parts('the message', $error->message, $parts) }
        elsif ($name eq 'status') { expect("the status of \"${\$error->message}\"", $error->status_name, $value) }
        elsif ($name =~ /\A(?:http_status|api_code|api_field|request_id|retry_after_ms|attempts|$RATE_LIMIT)\z/) {
            expect($name, $error->$name, $value);
        }
        else { die "unknown field expect.error.$name\n" }
    }
    return;
}

sub check {
    my ($case, $outcome) = @_;
    print_value($outcome->{error}) if defined $outcome->{error};
    my %expect = %{ $case->{expect} };
    check_error($outcome->{error}, delete $expect{error});
    my ($least, $most) = (delete $expect{min_ms} // 0, delete $expect{max_ms} // 10_000);
    my $ms = $outcome->{ms} // 0;
    die sprintf "it took %.0f ms, expected $least to $most ms\n", $ms if $ms < $least || $ms > $most;
    my ($rows, $pages, $snapshot) = @$outcome{qw(rows pages snapshot)};
    for my $name (sort keys %expect) {
        my $value = $expect{$name};
        if ($name eq 'ids') { expect('ids', quote(map { $_->id } @$rows), quote(@$value)) }
        elsif ($name eq 'rows') { check_rows($rows, $value) }
        elsif ($name eq 'pages') { expect('pages', scalar @$pages, $value) }
        elsif ($name eq 'diff') { check_diff($outcome->{diff}, $value) }
        elsif ($name eq 'reason' && $value) { check_parts('the reason', $snapshot->reason, $value) }
        elsif ($name =~ /\A(?:state|reason|as_of_ms)\z/) { expect($name, $snapshot->$name, $value) }
        elsif ($name eq 'stored_contains') { check_parts('the stored form', decode_utf8($snapshot->json), $value) }
        elsif ($name =~ /\A(?:next_cursor|request_id|$RATE_LIMIT)\z/) {
            expect($name, @$pages ? $pages->[-1]->$name : undef, $value);
        }
        else { die "unknown field expect.$name\n" }
    }
    return;
}

sub check_parts {
    my ($what, $text, $parts) = @_;
    for (@$parts) { die "$what \"$text\" lacks \"$_\"\n" if index($text, $_) < 0 }
    return;
}

sub check_diff {
    my ($diff, $expected) = @_;
    my $changed = $diff->{changed};
    my %actual = (changed => {map { ($_->{id} => $_->{fields}) } @$changed});
    for my $name (qw(added removed)) { $actual{$name} = $diff->{$name} && [map { $_->{id} } @{ $diff->{$name} }] }
    my $json = JSON::PP->new->canonical->allow_nonref;
    for my $name (sort keys %$expected) {
        die "unknown field expect.diff.$name\n" if !exists $actual{$name};
        expect("diff.$name", map { $json->encode($_) } $actual{$name}, $expected->{$name});
    }
    for my $change (@$changed) {
        my ($old, $new) = @$change{qw(old new)};
        expect("the id of \"$_\" of diff.changed", $change->{$_}{id}, $change->{id}) for qw(old new);
        die "diff.changed: \"old\" and \"new\" are equal\n" if $json->encode($old) eq $json->encode($new);
    }
    return;
}

sub check_rows {
    my ($rows, $expected) = @_;
    expect('the number of rows', scalar @$rows, scalar @$expected);
    for my $i (0 .. $#$rows) {
        for my $name (sort keys %{ $expected->[$i] }) {
            my $reader = $rows->[$i]->can($name) // die "unknown field $name of a row\n";
            expect("$name of row $i", $rows->[$i]->$reader, $expected->[$i]{$name});
        }
    }
    return;
}

sub run {
    my ($case) = @_;
    my ($unknown) = grep { !$FIELDS{$_} } sort keys %$case;
    die "unknown field $unknown\n" if defined $unknown;
    my %options = (%{ $case->{settings} // {} }, %{ $case->{options} // {} });
    $options{access_token} = delete $options{token} if exists $options{token};
    my $client = eval { DataConnectors::Client->new(%options) };
    return check($case, {rows => [], pages => [], error => $@}) if !$client;
    print_value($client);
    $client->close if $case->{closed};
    return call_concurrently($case, $client) if ($case->{callers} // 1) > 1;
    return check($case, call($case, $client));
}

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;
my $file = $ARGV[0] // die "usage: conformance.pl CASES\n";
my $cases = do { open my $in, '<:raw', $file or die "$file: $!\n"; local $/; decode_json(<$in>) };
for my $case (@$cases) {
    my $failure = eval { run($case); 1 } ? undef : $@ || 'unknown failure';
    $failure =~ s/\s+/ /g if defined $failure;
    print defined $failure ? "not ok $case->{name}: $failure\n" : "ok $case->{name}\n";
}
