# The native library: its functions and numbers as the header has them, and how it is found.
package DataConnectors::Native;
use 5.014;
use strict;
use warnings;
use Exporter qw(import);
use FFI::Platypus 2.00;
use FFI::Platypus::DL qw(dlopen dlerror RTLD_PLATYPUS_DEFAULT);
use Hash::Util ();

our %CONSTANTS;

BEGIN {
    %CONSTANTS = (
        DC_ABI_VERSION => 1, DC_OK => 0, DC_DONE => 1, DC_ERR_INVALID_ARGUMENT => -1, DC_ERR_CONNECTION => -2,
        DC_ERR_TIMEOUT => -3, DC_ERR_TLS => -4, DC_ERR_UNAUTHORIZED => -5, DC_ERR_FORBIDDEN => -6,
        DC_ERR_RATE_LIMITED => -7, DC_ERR_BAD_REQUEST => -8, DC_ERR_SERVER => -9, DC_ERR_PROTOCOL => -10,
        DC_ERR_TOO_LARGE => -11, DC_ERR_PANIC => -12, DC_ERR_CANCELLED => -13, DC_ERR_SYSTEM => -14,
        DC_ERR_PROXY => -15, DC_PACKED_SEPARATED => 2,
        DC_STATE_UNKNOWN => 0, DC_STATE_DRAFT => 1, DC_STATE_LIVE => 2, DC_HTTP_METHOD_UNKNOWN => 0,
        DC_HTTP_METHOD_GET => 1, DC_HTTP_METHOD_POST => 2, DC_HTTP_METHOD_PUT => 3, DC_HTTP_METHOD_DELETE => 4,
        DC_HTTP_METHOD_PATCH => 5,
    );
}

use constant \%CONSTANTS;
our @EXPORT_OK = (keys %CONSTANTS, '%dc');

# The functions of the header that are used here, in its words: each becomes DataConnectors::Native::dc_….
our %FUNCTIONS = map { /^(.*) (dc_\w+)\((.*)\)$/ ? ($2 => [$1, split /, /, $3]) : die $_ } split /;\s+/, <<'C';
int32_t dc_abi_version(); const char * dc_version(); const char * dc_status_name(dc_status);
const char * dc_error_message(const dc_error *); int32_t dc_error_http_status(const dc_error *);
const char * dc_error_api_code(const dc_error *); const char * dc_error_api_field(const dc_error *);
const char * dc_error_request_id(const dc_error *); int64_t dc_error_retry_after_ms(const dc_error *);
void dc_error_rate_limit(const dc_error *, int64_t *, int64_t *, int64_t *); int32_t dc_error_attempts(const dc_error *);
void dc_error_free(dc_error *); dc_config * dc_config_new();
dc_status dc_config_set_string(dc_config *, const char *, const char *, dc_error **);
dc_status dc_config_set_interrupt_check(dc_config *, dc_interrupt_callback, void *, dc_destroy_callback, dc_error **);
void dc_config_free(dc_config *); dc_status dc_client_new(const dc_config *, dc_client **, dc_error **);
void dc_client_shutdown(const dc_client *); void dc_client_free(dc_client *);
dc_status dc_cancel_token_new(dc_cancel_token **, dc_error **); void dc_cancel_token_cancel(const dc_cancel_token *);
int32_t dc_cancel_token_is_cancelled(const dc_cancel_token *); void dc_cancel_token_free(dc_cancel_token *);
dc_status dc_list_page(const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **);
dc_status dc_pager_new(const dc_client *, int32_t, const char *, dc_pager **, dc_error **);
dc_status dc_pager_set_prefetch(dc_pager *, int32_t, dc_error **);
dc_status dc_pager_next(dc_pager *, const dc_cancel_token *, dc_page **, dc_error **);
const char * dc_pager_cursor(const dc_pager *); void dc_pager_free(dc_pager *);
const char * dc_page_json(const dc_page *); size_t dc_page_json_len(const dc_page *);
const char * dc_page_next_cursor(const dc_page *); int32_t dc_page_has_next(const dc_page *);
const char * dc_page_request_id(const dc_page *);
void dc_page_rate_limit(const dc_page *, int64_t *, int64_t *, int64_t *); void dc_page_free(dc_page *);
const char * dc_page_packed_rows(const dc_page *, int32_t, size_t *);
C

my %TYPES = (
    'void' => 'void', 'int32_t' => 'sint32', 'int64_t' => 'sint64', 'size_t' => 'size_t', 'dc_status' => 'sint32',
    'int64_t *' => 'sint64*', 'size_t *' => 'size_t*', 'const char *' => 'string',
    'dc_interrupt_callback' => '(opaque)->sint32',
);

# Each function, by its name without "dc_".
our %dc;

sub load {
    my $named = $ENV{DATA_CONNECTORS_LIBRARY} // '';
    my $file = $named ne '' ? $named : 'libdata_connectors.so.1';
    my $help = $named ne '' ? 'set DATA_CONNECTORS_LIBRARY to the file of libdata_connectors'
        : 'install libdata_connectors, or set DATA_CONNECTORS_LIBRARY to its file';
    dlopen($file, RTLD_PLATYPUS_DEFAULT) or die "DataConnectors: $file can't be loaded (${\dlerror()}): $help\n";
    my $ffi = FFI::Platypus->new(api => 2, lib => $file);
    die "DataConnectors: $file is not libdata_connectors: $help\n" if !$ffi->find_symbol('dc_abi_version');
    my ($abi, $own) = ($ffi->function(dc_abi_version => [] => 'sint32')->call, DC_ABI_VERSION());
    die "DataConnectors: $file has ABI version $abi, this module is for $own: install the one that goes with it\n"
        if $abi != $own;
    for my $name (sort keys %FUNCTIONS) {
        die "DataConnectors: $file is older than this module: it has no $name\n" if !$ffi->find_symbol($name);
        my ($returned, @taken) = map { $TYPES{$_} // (/\*\*$/ ? 'opaque*' : 'opaque') } @{ $FUNCTIONS{$name} };
        # A result with a length may contain NULs, and is copied by its length.
        $returned = 'opaque' if $FUNCTIONS{"${name}_len"} || grep { $_ eq 'size_t*' } @taken;
        $ffi->attach($name => \@taken => $returned);
        $dc{ $name =~ s/^dc_//r } = __PACKAGE__->can($name);
    }
    Hash::Util::lock_hash(%dc);
    return $ffi;
}

my $FFI = load();

sub closure { return $FFI->closure($_[0]) }

sub decoded {
    my ($bytes) = @_;
    utf8::decode($bytes) if defined $bytes;
    return $bytes;
}

# A number that is -1 where there is none.
sub known { return $_[0] < 0 ? undef : $_[0] }

sub rate_limit {
    my ($kind, $native) = @_;
    $dc{"${kind}_rate_limit"}->($native, \my ($limit, $remaining, $reset));
    return (rate_limit => known($limit), rate_limit_remaining => known($remaining), rate_limit_reset => known($reset));
}

# Gives a class methods that read its fields.
sub readers {
    my ($class, @names) = @_;
    no strict 'refs';
    for my $name (@names) { *{"${class}::$name"} = sub { return $_[0]{$name} } }
    return;
}

1;
