package DataConnectors;
use 5.014;
use warnings;
use DataConnectors::Native qw(%CONSTANTS %dc);
use DataConnectors::Values;
use Exporter qw(import);
use JSON::PP ();
use constant \%CONSTANTS;

our $VERSION = '0.1.0';
our @EXPORT_OK = sort keys %CONSTANTS;
our %EXPORT_TAGS = (all => \@EXPORT_OK);

sub library_version { return $dc{version}->() }

# The call whose callback runs. As exit in a callback would unwind the library's stack frames, the call is cancelled
# first, even if the callback catches the exception that is raised here. Works in code that is compiled later.
our $in_callback;

BEGIN {
    my $exit = defined &CORE::GLOBAL::exit ? \&CORE::GLOBAL::exit : sub { CORE::exit($_[0]) };
    no warnings qw(once redefine);
    *CORE::GLOBAL::exit = sub (;$) {
        my $code = @_ ? $_[0] : 0;
        $exit->($code) if !$in_callback;
        $in_callback->{exit} //= $code;
        local $SIG{__DIE__};
        die "exit $code\n";
    };
}

# The address of a native object, which is freed with the last reference. A call in progress holds a reference.
package DataConnectors::Pointer {
    use DataConnectors::Native qw(%dc);

    sub _new {
        my ($class, $kind, $address) = @_;
        return bless {address => $address, free => $dc{"${kind}_free"}}, $class;
    }

    # Preserves $@ and $!: it may run between a failure and the code that reads them.
    sub DESTROY { local ($@, $!); return $_[0]{free}->($_[0]{address}) }

    # A copy in another interpreter thread would free the object again.
    sub CLONE_SKIP { return 1 }
}

# Base class of objects that can be closed.
package DataConnectors::Handle {
    use DataConnectors::Native qw(_check _reject);

    sub _create {
        my ($class, $kind, @arguments) = @_;
        _check("${kind}_new", @arguments, \my $address);
        return bless {kind => $kind, pointer => DataConnectors::Pointer->_new($kind, $address)}, $class;
    }

    my %NAMES = (client => 'client', pager => 'iterator', cancel_token => 'cancel token', snapshot => 'snapshot');

    sub _pointer { return $_[0]{pointer} // _reject("the $NAMES{ $_[0]{kind} } is closed") }

    sub close { delete $_[0]{pointer}; return }

    sub CLONE_SKIP { return 1 }
}

package DataConnectors::CancelToken {
    use parent -norequire, 'DataConnectors::Handle';
    use DataConnectors::Native qw(%dc);

    sub new { return $_[0]->_create('cancel_token') }

    sub cancel { $dc{cancel_token_cancel}->($_[0]->_pointer->{address}); return }

    sub is_cancelled { return $dc{cancel_token_is_cancelled}->($_[0]->_pointer->{address}) }
}

package DataConnectors::Client {
    use parent -norequire, 'DataConnectors::Handle';
    use DataConnectors::Native qw(%CONSTANTS %dc _check _closure _reject _string);
    use POSIX qw(SIG_BLOCK SIG_SETMASK sigprocmask);
    my %LOG_LEVELS = map { /\ADC_LOG_(.*)/ ? (lc $1 => $CONSTANTS{$_}) : () } keys %CONSTANTS;
    my $ALL_SIGNALS = POSIX::SigSet->new;
    $ALL_SIGNALS->fillset;

    sub new {
        my ($class, @given) = @_;
        @_ = ();    # A stack trace would show secrets; below, they are passed by reference.
        _reject('pass options as name => value') if @given % 2;
        my %options = @given;
        my ($logger, $log_level) = delete @options{qw(logger log_level)};
        my $owner = DataConnectors::Pointer->_new(config => my $config = $dc{config_new}->());
        _set_options($config, \%options);
        my $call = {};    # the state of the call in progress
        my @callbacks = _set_interrupt_check($config, $call);
        push @callbacks, _set_logger($config, $call, $logger, $log_level) if $logger;
        my $self = $class->_create(client => $config);
        @$self{qw(call callbacks)} = ($call, \@callbacks);
        return $self;
    }

    sub list_page {
        my ($self, @given) = @_;
        my ($arguments, $cancel_token) = _page_arguments(\@given);
        $self->_call(page => \my $page, $cancel_token, list_page => $self, @$arguments);
        return DataConnectors::Page->_new($page->{address});
    }

    sub pages { return DataConnectors::Pages->_new(@_) }

    sub list { return DataConnectors::Connectors->_new(@_) }

    sub snapshot {
        my ($self, @given) = @_;
        my ($cancel_token, $previous, @numbers) =
            _arguments(\@given, qw(cancel_token previous overlap_ms max_passes timeout_ms));
        my $pointer = $previous && $previous->_pointer;    # A handler may close the snapshot during the call.
        $self->_call(snapshot => \my $snapshot, $cancel_token, snapshot_take => $self, $pointer && $pointer->{address},
            map { $_ // -1 } @numbers);
        return DataConnectors::Snapshot->_new($snapshot);
    }

    sub shutdown { $dc{client_shutdown}->($_[0]->_pointer->{address}); return }

    # Makes a blocking call, and stores its result, a handle of this kind. Perl runs signal handlers between its own operations, so not while the
    # library waits, and their exceptions must not unwind the library's stack frames. So signals are blocked, except in
    # an eval in the interrupt check.
    sub _call {
        my ($self, $kind, $result, $cancel_token, $function, $handle, @arguments) = @_;
        my @pointers = map { $_->_pointer } $self, $handle, $cancel_token // ();
        my (undef, $address, $token) = map { $_->{address} } @pointers;
        my ($call, $mask, $failure) = ($self->{call}, POSIX::SigSet->new);
        local @$call{qw(mask raised exit)} = ($mask);
        if (eval { sigprocmask(SIG_BLOCK, $ALL_SIGNALS, $mask); 1 }) {
            my $status = $dc{$function}->($address, @arguments, $token, \my $native, \my $error);
            $$result = DataConnectors::Pointer->_new($kind => $native) if defined $native;
            $failure = DataConnectors::Error->_from($error) if $status < 0;
        }
        else { $call->{raised} = \(my $raised = $@) }
        my ($raised, $exit) = @$call{qw(raised exit)};
        sigprocmask(SIG_SETMASK, $mask);
        exit $exit if defined $exit;
        die $$raised if $raised;
        die $failure if $failure;
        return;
    }

    sub _set_interrupt_check {
        my ($config, $call) = @_;
        my $callback = _closure(sub {
            local $in_callback = $call;
            # Perl runs signal handlers as it leaves an eval. The second eval catches exceptions from leaving the first.
            my $first = eval { sigprocmask(SIG_SETMASK, $call->{mask}); 1 };
            my $raised = $@;
            my $second = eval { sigprocmask(SIG_BLOCK, $ALL_SIGNALS); 1 };
            $call->{raised} //= \($first ? $@ : $raised) if !$first || !$second || defined $call->{exit};
            return $call->{raised} ? 1 : 0;
        });
        _check(config_set_interrupt_check => $config, $callback, undef, undef);
        return $callback;
    }

    sub _set_logger {
        my ($config, $call, $logger, $log_level) = @_;
        _reject('invalid logger: use a code reference') if ref $logger ne 'CODE' && !overload::Method($logger, '&{}');
        my $level = $LOG_LEVELS{ $log_level // 'info' }
            // _reject("invalid log_level \"$log_level\": use " . join ', ', sort keys %LOG_LEVELS);
        my %names = reverse %LOG_LEVELS;
        my $callback = _closure(sub {
            my (undef, $number, $message) = @_;
            local $in_callback = $call;
            local $@;
            eval { $logger->($names{$number}, _string($message)); 1 } or $call->{raised} //= \(my $raised = $@);
        });
        _check(config_set_logger => $config, $level, $callback, undef, undef);
        return $callback;
    }

    sub _set_options {
        my ($config, $options) = @_;
        for my $index (0 .. $dc{config_option_count}->() - 1) {
            my ($name, $type, $other) = map { $dc{config_option}->($index, $CONSTANTS{"DC_INFO_$_"}) }
                qw(NAME TYPE REPLACES);
            my $value = $options->{$name} // next;
            $options->{$name} = 'false' if $type eq 'bool' && !$value;    # Perl's false is "".
            _reject("$name and $other replace each other: pass one of them")
                if $value && defined $other && $options->{$other};
        }
        for my $name (grep { defined $options->{$_} } sort keys %$options) {
            _check(config_set_string => $config, _bytes('option name', \$name), _bytes($name, \$options->{$name}));
        }
        return;
    }

    # The library checks the range, but only of numbers that C can represent.
    my %NUMBERS = (per_page => '1 to 50', overlap_ms => '0 to 3600000', max_passes => '1 to 1000',
        timeout_ms => '1 to 86400000');
    my %CLASSES = (cancel_token => 'CancelToken', previous => 'Snapshot');

    # Returns the values of the arguments with these names.
    sub _arguments {
        my ($given, @names) = @_;
        _reject('pass arguments as name => value') if @$given % 2;
        my %given = @$given;
        my %values;
        @values{@names} = delete @given{@names};
        _reject("unknown argument \"$_\": use " . join ', ', @names) for sort keys %given;
        for my $name (grep { defined $values{$_} } @names) {
            my ($value, $numbers, $class) = ($values{$name}, $NUMBERS{$name}, $CLASSES{$name});
            _reject("invalid $name \"$value\": use $numbers") if $numbers && $value !~ /\A[0-9]{1,9}\z/;
            _reject("invalid $name: use a DataConnectors::$class")
                if $class && !eval { $value->isa("DataConnectors::$class") };
            $values{$name} = _bytes($name => \$value) if $name eq 'starting_after';
        }
        return @values{@names};
    }

    # Returns [per_page, starting_after] for the library, the cancel token, and the values of the arguments @more.
    sub _page_arguments {
        my ($given, @more) = @_;
        my ($per_page, $starting_after, @values) = _arguments($given, qw(per_page starting_after cancel_token), @more);
        return [($per_page // 0) + 0, $starting_after], @values;
    }

    sub _bytes {
        my ($name, $value) = @_;
        _reject("invalid $name: use a string or a number") if ref $$value && !overload::Overloaded($$value);
        my $bytes = "$$value";
        _reject("invalid $name: contains a NUL") if $bytes =~ /\0/;
        # A path is a byte string, as for open.
        utf8::encode($bytes) if $name !~ /_file\z/ || utf8::is_utf8($bytes);
        return $bytes;
    }
}

# An iterator over pages.
package DataConnectors::Pages {
    use parent -norequire, 'DataConnectors::Handle';
    use DataConnectors::Native qw(%dc _check _string);

    sub _new {
        my ($class, $client, @given) = @_;
        my ($arguments, $cancel_token, $prefetch) = DataConnectors::Client::_page_arguments(\@given, 'prefetch');
        my $self = $class->_create(pager => $client->_pointer->{address}, @$arguments);
        _check(pager_set_prefetch => $self->_pointer->{address}, $prefetch ? 1 : 0);
        @$self{qw(client cancel_token cursor)} = ($client, $cancel_token, _string($arguments->[1]));
        return $self;
    }

    # A received page is kept for the next call if a signal handler dies before this one returns it.
    sub next {
        my ($self) = @_;
        my $pager = $self->_pointer;
        $self->{client}->_call(page => \$self->{page}, $self->{cancel_token}, pager_next => $self) if !$self->{page};
        my $page = $self->{page} && DataConnectors::Page->_new($self->{page}{address});
        $self->{cursor} = _string($dc{pager_cursor}->($pager->{address}));
        delete $self->{page};
        return $page;
    }

    sub cursor { return $_[0]{cursor} }
}

# An iterator over connectors.
package DataConnectors::Connectors {
    use parent -norequire, 'DataConnectors::Pages';

    sub next {
        my ($self) = @_;
        $self->_pointer;
        while (!@{ $self->{connectors} //= [] }) {
            my $page = $self->SUPER::next or return undef;
            $self->{connectors} = [$page->connectors];
        }
        return shift @{ $self->{connectors} };
    }
}

package DataConnectors::Snapshot {
    use parent -norequire, 'DataConnectors::Handle';
    use DataConnectors::Native qw(%CONSTANTS %dc _check _define_readers _number _reject _string);
    use FFI::Platypus::Buffer ();
    my %STATES = map { /\ADC_SNAPSHOT_(.*)/ ? ($CONSTANTS{$_} => lc $1) : () } keys %CONSTANTS;
    _define_readers(qw(state reason as_of_ms));

    sub _new {
        my ($class, $pointer) = @_;
        my ($state, $reason, $as_of_ms) = map { $dc{"snapshot_$_"}->($pointer->{address}) } qw(state reason as_of_ms);
        return bless {kind => 'snapshot', pointer => $pointer, state => $STATES{$state} // 'unknown',
            reason => _string($reason), as_of_ms => _number($as_of_ms)}, $class;
    }

    sub load {
        my ($class, $json) = @_;
        _reject('invalid json: use a byte string') if !defined $json || !utf8::downgrade($json, 1);
        _check(snapshot_load => $json, length $json, \my $address);
        return $class->_new(DataConnectors::Pointer->_new(snapshot => $address));
    }

    sub is_complete { return $_[0]{state} eq 'complete' ? 1 : 0 }

    sub json { return $_[0]->_read($dc{page_json}) }

    sub connectors {
        my ($self) = @_;
        return @{ $self->{connectors} //= [$self->_read(\&DataConnectors::Page::_rows)] };
    }

    sub diff {
        my ($self, $older) = @_;
        _reject('invalid older: use a DataConnectors::Snapshot') if !eval { $older->isa(__PACKAGE__) };
        my @pointers = map { $_->_pointer } $self, $older;
        _check(snapshot_diff => (map { $_->{address} } @pointers), \my $diff);
        my $owner = DataConnectors::Pointer->_new(diff => $diff);
        my $json = $dc{diff_json}->($diff, \my $length);
        return JSON::PP::decode_json(FFI::Platypus::Buffer::buffer_to_scalar($json, $length));
    }

    # Reads the page, which the snapshot owns: a signal handler may close that meanwhile.
    sub _read {
        my ($self, $read) = @_;
        my $pointer = $self->_pointer;
        return $read->($dc{snapshot_page}->($pointer->{address}));
    }
}

1;

__END__

=encoding UTF-8

=head1 NAME

DataConnectors - lists the data connectors of an Intercom workspace, through libdata_connectors

=head1 SYNOPSIS

    use DataConnectors qw(:all);

    my $client = DataConnectors::Client->new(access_token => $ENV{INTERCOM_ACCESS_TOKEN}, region => 'eu');
    my $connectors = $client->list(per_page => 50);
    while (my $connector = $connectors->next) { print $connector->id, "\n" }

=head1 DESCRIPTION

The library is loaded with the module: the file named by the environment variable C<DATA_CONNECTORS_LIBRARY>, otherwise
the system's C<libdata_connectors.so.1>. C<DataConnectors::library_version()> returns its version. The constants of its
header, such as C<DC_ERR_TIMEOUT>, can be imported by name, or all with C<:all>.

Strings are character strings, except C<json>, which is a byte string, and C<ca_file>, C<client_certificate_file> and
C<client_key_file>, which are paths as for C<open>.
Absent and unknown values are C<undef>.

=head1 DataConnectors::Client

=over

=item new(access_token => STRING, …)

Creates a client. Nothing is sent yet. The options are those of the library: C<region>, C<base_url>, C<timeout_ms> and
so on; C<undef> selects the default. C<< logger => sub { my ($level, $message) = @_; … } >> receives log lines: levels
C<error>, C<warn>, C<info> and C<debug>. C<log_level>, by default C<info>, is the least severe one. An exception from
the logger cancels the call.

=item list(…), pages(…)

Return an iterator over all connectors, or over the pages. Arguments: C<per_page>, the maximum number of connectors per
page, 1 to 50; C<starting_after>, a cursor; C<cancel_token>, a L</DataConnectors::CancelToken>; C<< prefetch => 1 >>,
to request the next page while you process the current one.

=item list_page(…)

Lists one page, most recently updated first. Arguments: those of C<list>, except C<prefetch>. Returns a
L</DataConnectors::Page>.

=item snapshot(…)

Takes a snapshot: all connectors, even if they change meanwhile, or an incomplete one with a C<reason>. Arguments:
C<previous>, the previous snapshot of this workspace, to request only what changed since; C<overlap_ms>, the longest
time until the service lists a change, 0 to 3600000, by default 60000; C<max_passes>, the maximum number of passes over
the list, 1 to 1000, by default 20; C<timeout_ms>, of the whole call, 1 to 86400000, by default 300000; C<cancel_token>.
Dies if the first request fails or the call is cancelled. If a later request fails and its retries fail too, the
snapshot is incomplete. Returns a L</DataConnectors::Snapshot>.

=item shutdown

Cancels all calls in progress, and rejects new ones: they die with C<DC_ERR_CANCELLED>. May be called by a signal
handler.

=item close

Rejects new calls. The client is freed when the calls in progress have finished.

=back

=head1 DataConnectors::Pages, DataConnectors::Connectors

=over

=item next

Returns the next page or connector; C<undef> after the last one. After an error the next call requests
the failed page again. A repeated cursor is C<DC_ERR_PROTOCOL>, so that an iteration always terminates.

=item cursor

Returns the cursor of the page that is requested next: store it to resume later with C<starting_after>. It is
C<undef> before the first page and after the last one.

=item close

Frees the iterator.

=back

=head1 DataConnectors::Page

C<connectors> (a list; the number in scalar context), C<json>, C<next_cursor>, C<has_next>, C<request_id>,
C<rate_limit> (requests allowed in the current window), C<rate_limit_remaining> (those that remain),
C<rate_limit_reset> (its end, in seconds since the Unix epoch). Pages and connectors are read-only.

=head1 DataConnectors::Snapshot

=over

=item load($json)

Class method. Returns a snapshot from the C<json> of an earlier one, such as from a file. Later versions of the library
load it, too.

=item connectors, json

All connectors, most recently updated first, as of a page, and their JSON, a byte string.

=item state, is_complete, reason, as_of_ms

The state is C<complete>: every connector is in it, and those that were deleted before it was taken are not;
C<refreshed>: as complete, but connectors that were deleted since the previous snapshot may be in it; C<incomplete>, and
C<reason> says why; or C<unknown>, one that this version does not know. C<is_complete> is 1 if it is C<complete>,
otherwise 0. C<as_of_ms> is the time, by the service's clock, of the list that it has, in milliseconds since the Unix
epoch; C<undef> if no pass over the list was finished.

=item diff($older)

Returns what changed since an older snapshot, as decoded JSON: C<< {added => [row, …], changed => [{id => …, fields =>
[name, …], old => row, new => row}, …], removed => [row, …]} >>. C<removed> is C<undef>, unknown, unless the snapshot is
complete, and its C<as_of_ms> not earlier than that of the older one. Connectors that an incomplete older snapshot lacks
may be in C<added>. If this snapshot is incomplete, additions and changes may be missing. Rows are as L<JSON::PP> decodes
them: long decimals lose precision.

=item close

Frees the snapshot. Then C<json>, C<diff>, and C<connectors> unless it was called before, die.

=back

=head1 DataConnectors::Connector

The fields of the service: C<type>, C<id>, C<name>, C<description>, C<state>, C<http_method>, C<direct_fin_usage> (1 or
0), C<created_by_admin_id>, C<updated_by_admin_id>, C<created_at>, C<updated_at>, C<execution_results_url>. Also
C<created_at_ms> and C<updated_at_ms> (milliseconds since the Unix epoch), C<state_code> and C<http_method_code>
(C<DC_STATE_LIVE>, C<DC_HTTP_METHOD_GET>, …), and C<json>, the whole row.

=head1 DataConnectors::CancelToken

C<new>, C<cancel>, C<is_cancelled>, C<close>. Calls that the token was or will be passed to die with
C<DC_ERR_CANCELLED> after C<cancel>. Create one for each operation that is cancelled separately.

=head1 DataConnectors::Error

C<status> (C<DC_ERR_…>), C<status_name>, C<message>, C<http_status>, C<api_code>, C<api_field>, C<request_id>,
C<retry_after_ms>, C<attempts>, C<rate_limit>, C<rate_limit_remaining>, C<rate_limit_reset>.

=head1 SIGNALS

While a call waits, signals are blocked, and delivered every 15 ms. If a handler in C<%SIG> dies, the call is cancelled
and dies with the same exception; an iterator keeps a page that was received at that moment. A handler may make calls,
but not with the iterator whose call is in progress.

C<exit> in a handler cancels the call, then exits. It raises an exception, as it must not unwind the library's stack
frames. This works in code that is compiled after C<use DataConnectors>. Otherwise let the handler C<die>, and exit
where that is caught.

=head1 LICENSE

MIT or Apache-2.0.

=cut
