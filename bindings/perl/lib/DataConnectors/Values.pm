# Results and errors of calls: plain values, without native handles.
package DataConnectors::Values;
use 5.014;
use warnings;
use FFI::Platypus::Buffer ();
use Hash::Util ();

package DataConnectors::Error {
    use DataConnectors::Native qw(%ACCESSORS %dc @RATE_LIMIT _attributes _define_readers);
    use overload '""' => sub { return $_[0]{text} }, bool => sub { return 1 }, fallback => 1;
    _define_readers(keys %{ $ACCESSORS{error} }, @RATE_LIMIT, 'status_name');

    sub _new {
        my ($class, %self) = @_;
        my $depth = 0;
        $depth++ while (caller $depth)[0] =~ /\ADataConnectors\b/;
        my $id = defined $self{request_id} ? " (request id $self{request_id})" : '';
        $self{text} = sprintf "%s%s at %s line %d.\n", $self{message}, $id, (caller $depth)[1, 2];
        $self{status_name} = $dc{status_name}->($self{status});
        return bless \%self, $class;
    }

    # Converts a native error, and frees it.
    sub _from {
        my ($class, $native) = @_;
        my %self = (_attributes(error => $native), status => $dc{error_status}->($native));
        $self{http_status} ||= undef;
        $dc{error_free}->($native);
        return $class->_new(%self);
    }
}

package DataConnectors::Page {
    use DataConnectors::Native qw(%ACCESSORS %CONSTANTS %dc @RATE_LIMIT _attributes _define_readers);
    _define_readers(keys %{ $ACCESSORS{page} }, @RATE_LIMIT);

    sub _new {
        my ($class, $native) = @_;
        my %self = (_attributes(page => $native), connectors => [_rows($native)]);
        return Hash::Util::lock_hashref(bless \%self, $class);
    }

    sub _rows {
        my ($native) = @_;
        my $packed = $dc{page_packed_rows}->($native, $CONSTANTS{DC_PACKED_SEPARATED}, \my $length);
        my @rows = split /\xFF/, FFI::Platypus::Buffer::buffer_to_scalar($packed, $length);
        return map { DataConnectors::Connector->_new($_) } @rows;
    }

    sub connectors { return @{ $_[0]{connectors} } }
}

package DataConnectors::Connector {
    use DataConnectors::Native qw(_define_readers);
    # The columns of the packed rows. Later versions may add some at the end.
    our @FIELDS = qw(type id name description state http_method direct_fin_usage created_by_admin_id updated_by_admin_id
        created_at updated_at execution_results_url);
    my @NUMBERS = qw(created_at_ms updated_at_ms state_code http_method_code);
    _define_readers(@FIELDS, @NUMBERS, 'json');

    sub _new {
        my ($class, $row) = @_;
        my %self;
        @self{@FIELDS, @NUMBERS, 'json'} = split /\xFE/, $row, -1;
        for (@self{@FIELDS}) { $_ eq "\xFD" ? undef $_ : utf8::decode($_) }
        for (@self{@NUMBERS}) { $_ = $_ eq "\xFD" ? undef : $_ + 0 }
        $self{direct_fin_usage} = $self{direct_fin_usage} eq 'true' ? 1 : 0 if defined $self{direct_fin_usage};
        return Hash::Util::lock_hashref(bless \%self, $class);
    }
}

1;
