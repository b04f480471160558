# Lists the data connectors of an Intercom workspace through libdata_connectors. DataConnectors.pod is the reference.
package DataConnectors;
use 5.014;
use strict;
use warnings;
use DataConnectors::Native qw(%dc);
use DataConnectors::Values;
use Exporter qw(import);
use POSIX ();
our %dc;    # for the packages below, too

our $VERSION = '0.1.0';
our @EXPORT_OK = sort keys %DataConnectors::Native::CONSTANTS;
our %EXPORT_TAGS = (all => \@EXPORT_OK);
DataConnectors::Native->import(@EXPORT_OK);

sub library_version { return $dc{version}->() }

# The wait in whose check a signal's handler runs. Its `exit` would jump over the library's frames: it ends the call
# first, also if the handler catches what is raised here. That holds where it was compiled after this.
our $handling;

BEGIN {
    my $before = defined &CORE::GLOBAL::exit ? \&CORE::GLOBAL::exit : sub { CORE::exit($_[0]) };
    no warnings qw(once redefine);
    *CORE::GLOBAL::exit = sub (;$) {
        my $code = @_ ? $_[0] : 0;
        $before->($code) if !$handling;
        $handling->{exit} //= $code;
        local $SIG{__DIE__};
        die "exit $code\n";
    };
}

# A native handle: freed by close, or with the last reference to it, but not while a call uses it.
package DataConnectors::Handle {
    sub _own {
        my ($class, $kind, $native) = @_;
        return bless {kind => $kind, native => $native, calls => 0}, $class;
    }

    # Calls a function that makes a handle.
    sub _made {
        my ($class, $kind, $function, @arguments) = @_;
        my $status = $dc{$function}->(@arguments, \my $native, \my $error);
        die DataConnectors::Error->_taken($status, $error) if $status < 0;
        return $class->_own($kind, $native);
    }

    sub _native {
        my ($self) = @_;
        DataConnectors::Error->_refuse("the $self->{kind} is closed") if $self->{closed};
        return $self->{native};
    }

    sub close {
        my ($self) = @_;
        $self->{closed} = 1;
        $self->_free if !$self->{calls};
        return;
    }

    sub _free {
        my ($self) = @_;
        $dc{"$self->{kind}_free"}->(delete $self->{native}) if defined $self->{native};
        return;
    }

    # It may come between a failure and what looks at it.
    sub DESTROY { local ($@, $!); return $_[0]->close }

    # Another interpreter thread has no copy, which would free the handle once more.
    sub CLONE_SKIP { return 1 }
}

package DataConnectors::CancelToken {
    our @ISA = ('DataConnectors::Handle');
    sub new { return $_[0]->_made(cancel_token => 'cancel_token_new') }

    sub cancel { $dc{cancel_token_cancel}->($_[0]->_native); return }

    sub is_cancelled { return $dc{cancel_token_is_cancelled}->($_[0]->_native) }
}

package DataConnectors::Client {
    our @ISA = ('DataConnectors::Handle');
    my @FLAGS = qw(allow_insecure_http system_roots wait_for_rate_limit);
    my @TEXTS = qw(token region base_url api_version user_agent_suffix timeout_ms connect_timeout_ms max_retries
        max_response_bytes proxy no_proxy ca_file);
    my $ALL_SIGNALS = POSIX::SigSet->new;
    $ALL_SIGNALS->fillset;

    sub new {
        my ($class, @given) = @_;
        @_ = ();    # A stack trace would show the token; below it goes by reference for the same reason.
        my %given = _named([@FLAGS, @TEXTS, 'options'], \@given);
        # The library takes strings. False is the default of each flag, and is left out.
        my %values = (
            (map { _flag($_, \$given{$_}) ? ($_ => 'true') : () } @FLAGS),
            (map { defined $given{$_} ? ($_ => _text($_, \$given{$_})) : () } @TEXTS),
        );
        $values{access_token} = delete $values{token} if defined $values{token};
        my $options = $given{options} // {};
        DataConnectors::Error->_refuse('options should be a reference to a hash') if ref $options ne 'HASH';
        for my $name (grep { defined $options->{$_} } sort keys %$options) {
            DataConnectors::Error->_refuse("option $name is set twice: pass it once") if exists $values{$name};
            my $what = $name eq 'ca_file' ? $name : 'a value in options';
            $values{ _text('a name in options', \$name) } = _text($what, \$options->{$name});
        }
        for (['region', 'base_url'], ['ca_file', 'system_roots']) {
            my ($one, $other) = @$_;
            DataConnectors::Error->_refuse("$one and $other replace each other: pass one of them")
                if exists $values{$one} && exists $values{$other};
        }
        my $config = DataConnectors::Handle->_own(config => $dc{config_new}->());
        for my $name (sort keys %values) {
            my $status = $dc{config_set_string}->($config->_native, $name, $values{$name}, \my $error);
            die DataConnectors::Error->_taken($status, $error) if $status < 0;
        }
        my $wait = {};
        my $check = DataConnectors::Native::closure(_check($wait));
        my $status = $dc{config_set_interrupt_check}->($config->_native, $check, undef, undef, \my $error);
        die DataConnectors::Error->_taken($status, $error) if $status < 0;
        my $self = $class->_made(client => 'client_new', $config->_native);
        @$self{qw(wait check)} = ($wait, $check);
        return $self;
    }

    sub list_page {
        my ($self, @given) = @_;
        my ($arguments, @cancel) = _arguments([qw(per_page starting_after cancel)], \@given);
        $self->_waiting(\my $page, \@cancel, sub {
            $dc{list_page}->($self->{native}, @$arguments, $cancel[0] && $cancel[0]{native}, @_) });
        return DataConnectors::Page->_new($page);
    }

    sub pages {
        my ($self, @given) = @_;
        return DataConnectors::Pages->_new($self, @given);
    }

    sub connectors {
        my ($self, @given) = @_;
        return bless {pages => $self->pages(@given), rows => []}, 'DataConnectors::Connectors';
    }

    sub shutdown { $dc{client_shutdown}->($_[0]->_native); return }

    # Makes a call that may wait, and puts its page where $slot refers to. Perl runs signals' handlers between its own
    # operations, of which a wait has none, and what they raise must not go through native frames. So signals are held
    # back, but for the moments of the interrupt check, which is inside an eval.
    sub _waiting {
        my ($self, $slot, $handles, $call) = @_;
        my @used = ($self, @$handles);
        $_->_native for @used;
        my $wait = $self->{wait};
        local @$wait{qw(mask raised exit)} = (my $mask = POSIX::SigSet->new);
        eval { POSIX::sigprocmask(POSIX::SIG_BLOCK(), $ALL_SIGNALS, $mask); 1 } or do {
            my $raised = $@;
            POSIX::sigprocmask(POSIX::SIG_SETMASK(), $mask);
            die $raised;
        };
        $_->{calls}++ for @used;
        my $status = $call->(\my $page, \my $error);
        $$slot = DataConnectors::Handle->_own(page => $page) if defined $page;
        my $failure = $status < 0 && DataConnectors::Error->_taken($status, $error);
        for (@used) { $_->close if !--$_->{calls} && $_->{closed} }
        my ($raised, $exit) = @$wait{qw(raised exit)};
        POSIX::sigprocmask(POSIX::SIG_SETMASK(), $mask);
        exit $exit if defined $exit;
        die $$raised if $raised;
        die $failure if $failure;
        return;
    }

    sub _check {
        my ($wait) = @_;
        return sub {
            local $handling = $wait;
            # Perl runs the handlers as it leaves an eval; the second one is for what comes while the first ends.
            my $first = eval { POSIX::sigprocmask(POSIX::SIG_SETMASK(), $wait->{mask}); 1 };
            my $raised = $@;
            my $second = eval { POSIX::sigprocmask(POSIX::SIG_BLOCK(), $ALL_SIGNALS); 1 };
            return 0 if $first && $second && !defined $wait->{exit};
            $wait->{raised} //= \($first ? $@ : $raised);
            return 1;
        };
    }

    sub _named {
        my ($names, $given) = @_;
        DataConnectors::Error->_refuse('pass options as name => value') if @$given % 2;
        my %given = @$given;
        my %known = map { ($_ => 1) } @$names;
        my ($unknown) = sort grep { !$known{$_} } keys %given;
        DataConnectors::Error->_refuse("unknown option \"$unknown\": use " . join ', ', @$names) if defined $unknown;
        return %given;
    }

    # What the native functions take: [rows, cursor]; then a cancel token, if there is one.
    sub _arguments {
        my %given = _named(@_);
        my ($per_page, $after, $cancel) = @given{qw(per_page starting_after cancel)};
        DataConnectors::Error->_refuse('cancel should be a DataConnectors::CancelToken')
            if defined $cancel && !eval { $cancel->isa('DataConnectors::CancelToken') };
        return [defined $per_page ? _per_page($per_page) : 0,
            defined $after ? _text(starting_after => \$after) : undef], $cancel // ();
    }

    sub _flag {
        my ($name, $value) = @_;
        return 0 if !defined $$value;
        DataConnectors::Error->_refuse("$name should be 1 or 0") if "$$value" !~ /\A[01]?\z/;
        return $$value ? 1 : 0;
    }

    sub _per_page {
        my ($rows) = @_;
        DataConnectors::Error->_refuse('per_page should be a whole number: use 1 to 50')
            if ref $rows || $rows !~ /\A-?[0-9]+\z/;
        # More than 32 bits would be cut; the library refuses the rest.
        DataConnectors::Error->_refuse("invalid per_page $rows: use 1 to 50") if abs $rows >= 2**31;
        return $rows + 0;
    }

    sub _text {
        my ($name, $value) = @_;
        DataConnectors::Error->_refuse("$name should be a string or a number")
            if ref $$value && !overload::Method($$value, '""');
        my $text = "$$value";
        DataConnectors::Error->_refuse("$name has a NUL character in it") if $text =~ /\0/;
        # A path is bytes, as in open.
        utf8::encode($text) if $name ne 'ca_file' || utf8::is_utf8($text);
        return $text;
    }
}

# A walk over pages.
package DataConnectors::Pages {
    our @ISA = ('DataConnectors::Handle');

    sub _new {
        my ($class, $client, @given) = @_;
        my ($arguments, @cancel) = DataConnectors::Client::_arguments(
            [qw(per_page starting_after cancel prefetch)], \@given);
        my $prefetch = DataConnectors::Client::_flag(prefetch => \{@given}->{prefetch});
        my $self = $class->_made(pager => 'pager_new', $client->_native, @$arguments);
        my $status = $dc{pager_set_prefetch}->($self->_native, $prefetch, \my $error);
        die DataConnectors::Error->_taken($status, $error) if $status < 0;
        @$self{qw(client cancel cursor)} = ($client, \@cancel, DataConnectors::Native::decoded($arguments->[1]));
        return $self;
    }

    # What a signal's handler raises between the call and the end of this leaves the page to the next one.
    sub next {
        my ($self) = @_;
        my ($native, @cancel) = ($self->_native, @{ $self->{cancel} });
        $self->{client}->_waiting(\$self->{page}, [$self, @cancel], sub {
            $dc{pager_next}->($native, $cancel[0] && $cancel[0]{native}, @_) }) if !$self->{page};
        my $page = $self->{page} && DataConnectors::Page->_new($self->{page});
        $self->{cursor} = DataConnectors::Native::decoded($dc{pager_cursor}->($native));
        delete $self->{page};
        return $page;
    }

    sub cursor { return $_[0]{cursor} }
}

# A walk over connectors.
package DataConnectors::Connectors {
    sub next {
        my ($self) = @_;
        while (!@{ $self->{rows} }) {
            my $page = $self->{pages}->next or return undef;
            $self->{rows} = [$page->connectors];
        }
        return shift @{ $self->{rows} };
    }

    sub close {
        my ($self) = @_;
        $self->{rows} = [];
        return $self->{pages}->close;
    }
}

1;
