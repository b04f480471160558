#!/usr/bin/env perl
# Performs the cases of tests/conformance, and says of each what became of it.
use 5.014;
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Data::Dumper;
use DataConnectors;
use JSON::PP;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC setitimer ITIMER_REAL);

my %KNOWN = map { ($_ => 1) } qw(name settings options call per_page starting_after prefetch stop_after then
    cancel_after_ms shutdown_after_ms closed callers expect);

sub say_of {
    my ($value) = @_;
    print map { "# $_\n" } split /\n/, join "\n", "$value", Data::Dumper->new([$value])->Indent(1)->Useqq(1)->Dump;
    return;
}

sub shown { return defined $_[0] ? "\"$_[0]\"" : 'undef' }

sub listed { return join ', ', map { shown($_) } @_ }

sub check {
    my ($what, $got, $expected) = @_;
    return if !defined $got && !defined $expected;
    return if defined $got && defined $expected && "$got" eq "$expected";
    die "$what is ${\shown($got)}, and not ${\shown($expected)}\n";
}

sub take {
    my ($outcome, $page) = @_;
    push @{ $outcome->{pages} }, $page;
    push @{ $outcome->{rows} }, $page->connectors;
    return;
}

# Takes pages up to so many, or all; dies as the walk does.
sub take_pages {
    my ($outcome, $pages, $most) = @_;
    for (my $taken = 1; my $page = $pages->next; $taken++) {
        take($outcome, $page);
        return if $most && $taken == $most;
    }
    return;
}

sub walk_pages {
    my ($case, $client, $outcome, %arguments) = @_;
    my $pages = $client->pages(%arguments);
    my $then = $case->{then} // '';
    if (!eval { take_pages($outcome, $pages, $case->{stop_after}); 1 }) {
        die $@ if $then ne 'go_on';
        $outcome->{error} = $@;
        take_pages($outcome, $pages);
    }
    take_pages($outcome, $client->pages(%arguments, starting_after => $pages->cursor)) if $then eq 'resume';
    return;
}

sub walk_connectors {
    my ($case, $client, $outcome, %arguments) = @_;
    my $connectors = $client->connectors(%arguments);
    while (my $connector = $connectors->next) {
        push @{ $outcome->{rows} }, $connector;
        last if $case->{stop_after} && @{ $outcome->{rows} } == $case->{stop_after};
    }
    return;
}

sub perform {
    my ($case, $client, $token, $outcome) = @_;
    my %arguments = map { exists $case->{$_} ? ($_ => $case->{$_}) : () } qw(per_page starting_after prefetch);
    my %calls = (
        client => sub { },
        page => sub { my ($given, $c, $o, %a) = @_; take($o, $c->list_page(%a)) },
        pages => \&walk_pages,
        connectors => \&walk_connectors,
    );
    my $call = $calls{ $case->{call} } // die "this runner doesn't know the call $case->{call}\n";
    $call->($case, $client, $outcome, %arguments, cancel => $token);
    return;
}

sub call {
    my ($case, $client) = @_;
    my $outcome = {rows => [], pages => []};
    my $token = DataConnectors::CancelToken->new;
    my %ends = (cancel_after_ms => sub { $token->cancel }, shutdown_after_ms => sub { $client->shutdown });
    my ($after) = grep { defined $case->{$_} } sort keys %ends;
    local $SIG{ALRM} = $ends{$after} if $after;
    # A timer of 0 would be none.
    if ($after) { $case->{$after} ? setitimer(ITIMER_REAL, $case->{$after} / 1000) : $ends{$after}->() }
    my $started = clock_gettime(CLOCK_MONOTONIC);
    eval { perform($case, $client, $token, $outcome); 1 } or $outcome->{error} = $@;
    $outcome->{took_ms} = (clock_gettime(CLOCK_MONOTONIC) - $started) * 1000;
    setitimer(ITIMER_REAL, 0);
    return $outcome;
}

# Perl's callers at once are processes. Each judges for itself, and tells by its pipe what is wrong.
sub call_at_once {
    my ($case, $client) = @_;
    my @callers = map {
        my $pid = open(my $pipe, '-|') // die "fork: $!\n";
        if (!$pid) {
            print eval { judge($case, call($case, $client)); 1 } ? "fine\n" : $@;
            exit 0;
        }
        $pipe;
    } 1 .. $case->{callers};
    for my $told (map { [readline $_] } @callers) {
        my $verdict = pop(@$told) // "a caller ended without a word\n";
        print @$told;
        die $verdict if $verdict ne "fine\n";
    }
    return;
}

sub judge_error {
    my ($error, $expected) = @_;
    die 'it did not fail, which was to be with ' . JSON::PP->new->canonical->encode($expected) . "\n"
        if $expected && !defined $error;
    return if !defined $error;
    die "it failed: $error" if !$expected || !eval { $error->isa('DataConnectors::Error') };
    for my $name (sort keys %$expected) {
        my $value = $expected->{$name};
        if ($name eq 'says') {
            for (@$value) { die "\"${\$error->message}\" has no \"$_\"\n" if index($error->message, $_) < 0 }
        }
        elsif ($name eq 'status' && $value eq 'closed') {
            die "\"${\$error->message}\" has no \"closed\"\n" if $error->message !~ /\bclosed\b/;
        }
        elsif ($name eq 'status') { check("the status of \"${\$error->message}\"", $error->status_name, $value) }
        elsif ($name =~ /^(?:http_status|api_code|api_field|request_id|retry_after_ms|attempts
            |rate_limit|rate_limit_remaining|rate_limit_reset)$/x) { check($name, $error->$name, $value) }
        else { die "this runner doesn't know expect.error.$name\n" }
    }
    return;
}

sub judge {
    my ($case, $outcome) = @_;
    say_of($outcome->{error}) if defined $outcome->{error};
    my %expect = %{ $case->{expect} };
    judge_error($outcome->{error}, delete $expect{error});
    my ($least, $most) = (delete $expect{least_ms} // 0, delete $expect{most_ms} // 10_000);
    my $took = $outcome->{took_ms} // 0;
    die sprintf "it took %.0f ms, and not $least to $most\n", $took if $took < $least || $took > $most;
    my ($rows, $pages) = @$outcome{qw(rows pages)};
    for my $name (sort keys %expect) {
        my $value = $expect{$name};
        if ($name eq 'ids') { check('ids', listed(map { $_->id } @$rows), listed(@$value)) }
        elsif ($name eq 'rows') { judge_rows($rows, $value) }
        elsif ($name eq 'pages') { check('pages', scalar @$pages, $value) }
        elsif ($name =~ /^(?:next_cursor|request_id|rate_limit|rate_limit_remaining|rate_limit_reset)$/) {
            check($name, @$pages ? $pages->[-1]->$name : undef, $value);
        }
        else { die "this runner doesn't know expect.$name\n" }
    }
    return;
}

sub judge_rows {
    my ($rows, $expected) = @_;
    check('the number of rows', scalar @$rows, scalar @$expected);
    for my $i (0 .. $#$rows) {
        for my $name (sort keys %{ $expected->[$i] }) {
            my $read = $rows->[$i]->can($name) // die "there is no $name in a row\n";
            check("$name of row $i", $rows->[$i]->$read, $expected->[$i]{$name});
        }
    }
    return;
}

sub run {
    my ($case) = @_;
    my ($unknown) = grep { !$KNOWN{$_} } sort keys %$case;
    die "this runner doesn't know $unknown\n" if defined $unknown;
    my $client = eval { DataConnectors::Client->new(%{ $case->{settings} // {} }, options => $case->{options}) };
    return judge($case, {rows => [], pages => [], error => $@}) if !$client;
    say_of($client);
    $client->close if $case->{closed};
    return call_at_once($case, $client) if ($case->{callers} // 1) > 1;
    return judge($case, call($case, $client));
}

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;
my $file = $ARGV[0] // die "usage: conformance.pl CASES\n";
my $cases = do { open my $in, '<:raw', $file or die "$file: $!\n"; local $/; decode_json(<$in>) };
for my $case (@$cases) {
    my $why = eval { run($case); 1 } ? undef : $@ || 'it failed';
    $why =~ s/\s+/ /g if defined $why;
    print defined $why ? "not ok $case->{name}: $why\n" : "ok $case->{name}\n";
}
