# What the client gives: pages, their connectors, and errors. They are plain values, which keep nothing native.
package DataConnectors::Values;
use 5.014;
use strict;
use warnings;
use DataConnectors::Native qw(%dc);
use FFI::Platypus::Buffer qw(buffer_to_scalar);
use Hash::Util ();
our %dc;    # for the packages below, too

# What goes wrong, whatever it is: its text says where in the program.
package DataConnectors::Error {
    use overload '""' => sub { return "$_[0]{message} at $_[0]{where}.\n" }, bool => sub { return 1 }, fallback => 1;
    DataConnectors::Native::readers(__PACKAGE__, qw(status status_name message http_status api_code api_field request_id
        retry_after_ms attempts rate_limit rate_limit_remaining rate_limit_reset));

    sub _new {
        my ($class, %fields) = @_;
        my $depth = 0;
        $depth++ while (caller $depth)[0] =~ /^DataConnectors\b/;
        my (undef, $file, $line) = caller $depth;
        my $name = $dc{status_name}->($fields{status});
        return bless {%fields, status_name => $name, where => "$file line $line"}, $class;
    }

    sub _refuse {
        my ($class, $message) = @_;
        die $class->_new(status => DataConnectors::Native::DC_ERR_INVALID_ARGUMENT, message => $message, attempts => 0);
    }

    # Makes one of a native error, which it frees.
    sub _taken {
        my ($class, $status, $native) = @_;
        my %fields = map { ($_ => DataConnectors::Native::decoded($dc{"error_$_"}->($native))) }
            qw(message api_code api_field request_id);
        $fields{http_status} = $dc{error_http_status}->($native) || undef;
        $fields{retry_after_ms} = DataConnectors::Native::known($dc{error_retry_after_ms}->($native));
        $fields{attempts} = $dc{error_attempts}->($native);
        %fields = (%fields, DataConnectors::Native::rate_limit(error => $native), status => $status);
        $dc{error_free}->($native);
        return $class->_new(%fields);
    }
}

package DataConnectors::Page {
    DataConnectors::Native::readers(__PACKAGE__, qw(json has_next next_cursor request_id rate_limit rate_limit_remaining
        rate_limit_reset));

    sub _new {
        my ($class, $handle) = @_;
        my $native = $handle->_native;
        my $packed = $dc{page_packed_rows}->($native, DataConnectors::Native::DC_PACKED_SEPARATED, \my $length);
        my @rows = split /\xFF/, FFI::Platypus::Buffer::buffer_to_scalar($packed, $length);
        my $self = bless {
            rows => [map { DataConnectors::Connector->_new($_) } @rows],
            json => FFI::Platypus::Buffer::buffer_to_scalar(
                $dc{page_json}->($native), $dc{page_json_len}->($native)),
            has_next => $dc{page_has_next}->($native),
            next_cursor => DataConnectors::Native::decoded($dc{page_next_cursor}->($native)),
            request_id => DataConnectors::Native::decoded($dc{page_request_id}->($native)),
            DataConnectors::Native::rate_limit(page => $native),
        }, $class;
        return Hash::Util::lock_hashref($self);
    }

    sub connectors { return @{ $_[0]{rows} } }
}

package DataConnectors::Connector {
    # The columns of the library's packed rows. A later version of the library may add columns at the end.
    my @COLUMNS = qw(type id name description state http_method direct_fin_usage created_by_admin_id updated_by_admin_id
        created_at updated_at execution_results_url created_at_ms updated_at_ms state_code http_method_code json);
    my @NUMBERS = qw(created_at_ms updated_at_ms state_code http_method_code);
    DataConnectors::Native::readers(__PACKAGE__, @COLUMNS);

    sub _new {
        my ($class, $row) = @_;
        my %self;
        @self{@COLUMNS} = map { $_ eq "\xFD" ? undef : $_ } (split /\xFE/, $row, -1)[0 .. $#COLUMNS];
        # The JSON stays bytes, which is what decoders take.
        $_ ne 'json' && defined $self{$_} && utf8::decode($self{$_}) for @COLUMNS;
        defined and $_ += 0 for @self{@NUMBERS};
        defined and $_ = $_ eq 'true' ? 1 : 0 for $self{direct_fin_usage};
        return Hash::Util::lock_hashref(bless \%self, $class);
    }
}

1;
