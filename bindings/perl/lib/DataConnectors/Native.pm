# The native library: finds, checks and calls it. abi.json describes its functions and constants.
package DataConnectors::Native;
use 5.014;
use warnings;
use Exporter qw(import);
use FFI::Platypus 2.00;
use FFI::Platypus::DL qw(dlopen dlerror RTLD_PLATYPUS_DEFAULT);
use Hash::Util qw(lock_hash);
use JSON::PP ();

our @EXPORT_OK = qw(%ACCESSORS %CONSTANTS %dc @RATE_LIMIT _attributes _check _closure _define_readers _number _reject
    _string);
our %CONSTANTS;    # DC_ERR_TIMEOUT, …
our %dc;           # the functions, by their names without "dc_"
our %ACCESSORS;    # the functions that take only a handle, with their conversions: {page => {json => …, …}, …}
our @RATE_LIMIT = qw(rate_limit rate_limit_remaining rate_limit_reset);
my ($ffi, $abi);

BEGIN {
    my $file = __FILE__ =~ s/Native\.pm\z/abi.json/r;
    open my $in, '<:raw', $file or die "DataConnectors: could not read $file: $!\n";
    $abi = JSON::PP::decode_json(do { local $/; <$in> });
    %CONSTANTS = %{ $abi->{constants} };
}

# All other types are pointers.
my %TYPES = (
    'void' => 'void', 'int32_t' => 'sint32', 'int64_t' => 'sint64', 'size_t' => 'size_t', 'dc_status' => 'sint32',
    'int64_t *' => 'sint64*', 'size_t *' => 'size_t*', 'const char *' => 'string',
    'dc_interrupt_callback' => '(opaque)->sint32', 'dc_log_callback' => '(opaque,sint32,string)->void',
);

# Returns the name of the library's file on a system, as in $^O.
sub _file_name {
    my ($system) = @_;
    return 'data_connectors.dll' if $system eq 'MSWin32';
    return "libdata_connectors.$CONSTANTS{DC_ABI_VERSION}.dylib" if $system eq 'darwin';
    return "libdata_connectors.so.$CONSTANTS{DC_ABI_VERSION}";
}

sub _load {
    my $expected = $CONSTANTS{DC_ABI_VERSION};
    my $name = _file_name($^O);
    my $packaged = __FILE__ =~ s/Native\.pm\z/$name/r;
    my ($file, $remedy) = $ENV{DATA_CONNECTORS_LIBRARY}
        ? ($ENV{DATA_CONNECTORS_LIBRARY}, 'check DATA_CONNECTORS_LIBRARY, and that the library is for this platform')
        : -e $packaged ? ($packaged, 'reinstall the package for this platform')
        : ($name, 'install libdata_connectors, or set DATA_CONNECTORS_LIBRARY to its absolute path');
    dlopen($file, RTLD_PLATYPUS_DEFAULT) or die "DataConnectors: could not load $file (${\dlerror()}): $remedy\n";
    $ffi = FFI::Platypus->new(api => 2, lib => $file);
    for my $name ('dc_abi_version', sort keys %{ $abi->{functions} }) {
        my ($returns, $parameters) = @{ $abi->{functions}{$name} }{qw(returns parameters)};
        my ($result, @types) = map { $TYPES{$_} // (/\*\*\z/ ? 'opaque*' : 'opaque') } $returns, @$parameters;
        $result = 'opaque' if grep { $_ eq 'size_t*' } @types;    # A string with a length may contain NULs.
        $ffi->find_symbol($name) or die "DataConnectors: $file " . ($name eq 'dc_abi_version'
            ? "is not libdata_connectors (it has no $name)\n"
            : "has no $name (older than this package): install a newer version\n");
        $dc{ $name =~ s/\Adc_//r } = $ffi->function($name => \@types => $result)->sub_ref;
        my $version = $dc{abi_version}->();
        die "DataConnectors: $file has ABI version $version, this package requires $expected: install matching versions\n"
            if $version != $expected;
        # JSON is a byte string, as for decode_json.
        $ACCESSORS{$1}{$2} = $2 eq 'json' ? sub { $_[0] } : $returns eq 'const char *' ? \&_string : \&_number
            if "$name @$parameters" =~ /\Adc_([a-z]+)_(\w+) const dc_\1 \*\z/;
    }
    lock_hash(%dc);
    return;
}

# Calls a function that can fail.
sub _check {
    my ($function, @arguments) = @_;
    @_ = ();    # The arguments can be secrets, and a stack trace would show them.
    my $status = $dc{$function}->(@arguments, \my $error);
    die DataConnectors::Error->_from($error) if $status < 0;
    return;
}

sub _reject {
    my ($message) = @_;
    die DataConnectors::Error->_new(status => $CONSTANTS{DC_ERR_INVALID_ARGUMENT}, message => $message, attempts => 0);
}

sub _closure { return $ffi->closure($_[0]) }

sub _string {
    my ($bytes) = @_;
    utf8::decode($bytes) if defined $bytes;
    return $bytes;
}

# Converts a number; undef for -1, which means unknown.
sub _number { return $_[0] < 0 ? undef : $_[0] }

# Returns the values of a handle's accessors, and its rate limit.
sub _attributes {
    my ($kind, $native) = @_;
    my $accessors = $ACCESSORS{$kind};
    my %attributes = map { ($_ => $accessors->{$_}->($dc{"${kind}_$_"}->($native))) } keys %$accessors;
    $dc{"${kind}_rate_limit"}->($native, \my ($limit, $remaining, $reset));
    @attributes{@RATE_LIMIT} = map { _number($_) } $limit, $remaining, $reset;
    return %attributes;
}

# Defines a method for each attribute of a class.
sub _define_readers {
    my (@names) = @_;
    my $class = caller;
    no strict 'refs';
    for my $name (@names) { *{"${class}::$name"} = sub { return $_[0]{$name} } }
    return;
}

_load();

1;
