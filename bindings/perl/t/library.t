# Finding and loading the library, the constants and functions of the header, and the installed module.
use 5.014;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DataConnectors qw(:all);
use File::Copy qw(copy);
use File::Temp;
use JSON::PP;
use Test::More;

my $root = "$FindBin::Bin/..";
my $abi = do {
    open my $in, '<:raw', "$root/lib/DataConnectors/abi.json" or die "abi.json: $!\n";
    decode_json(do { local $/; <$in> });
};
is(DC_ERR_CANCELLED, -13, 'constants can be imported');
like(DataConnectors::library_version(), qr/^\d+\.\d+\.\d+$/, 'version of the library');
is_deeply(\@DataConnectors::Connector::FIELDS, [@{ $abi->{fields} }[0 .. $#DataConnectors::Connector::FIELDS]],
    'the first columns are the fields');
can_ok('DataConnectors::Error', qw(status status_name message http_status api_code api_field request_id retry_after_ms
    attempts rate_limit rate_limit_remaining rate_limit_reset));
can_ok('DataConnectors::Page', qw(connectors json next_cursor has_next request_id rate_limit rate_limit_remaining
    rate_limit_reset));

# Loads the module in another process, and returns its output.
sub load_with {
    my ($library, $folder) = @_;
    # Without the variables the system's library is loaded, if there is one.
    local @ENV{qw(DATA_CONNECTORS_LIBRARY LD_LIBRARY_PATH)} = ($library // '', '');
    my $pid = open(my $out, '-|') // die "fork: $!\n";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT or die "dup: $!\n";
        exec $^X, '-I' . ($folder // "$root/lib"), '-MDataConnectors', '-e', 'print "loaded\n"' or die "exec: $!\n";
    }
    local $/;
    return scalar <$out>;
}

my $folder = File::Temp->newdir;

sub compile {
    my ($name, $source) = @_;
    open my $file, '>', "$folder/$name.c" or die "$name.c: $!\n";
    print $file $source;
    close $file or die "$name.c: $!\n";
    system('cc', '-shared', '-fPIC', '-o', "$folder/$name.so", "$folder/$name.c") == 0 or die "cc failed\n";
    return "$folder/$name.so";
}

like(load_with('/no/such/file.so'), qr{^DataConnectors: could not load /no/such/file\.so \(.+\): check DATA_CONNECTORS_LIBRARY, and that the library is for this platform\n},
    'no such file');
like(load_with(__FILE__), qr/could not load .*: check DATA_CONNECTORS_LIBRARY/, 'not a library');
like(load_with(compile(other => 'int dc_other(void) { return 1; }')), qr/is not libdata_connectors/, 'another library');
like(load_with(compile(newer => 'int dc_abi_version(void) { return 2; }')), qr/has ABI version 2, this package requires 1: install/,
    'another ABI version');
like(load_with(compile(older => 'int dc_abi_version(void) { return 1; }')), qr/has no dc_\w+ \(older than this package\)/,
    'an older library');
like(load_with(undef), qr/^loaded$|could not load libdata_connectors\.so\.1 \(.+\): install libdata_connectors, or set/,
    "the system's library");

is_deeply([map { DataConnectors::Native::_file_name($_) } qw(linux freebsd darwin MSWin32)],
    [('libdata_connectors.so.1') x 2, qw(libdata_connectors.1.dylib data_connectors.dll)], 'file name of each system');

my $source = "$folder/source";
my $build = "$^X Makefile.PL INSTALL_BASE=$folder/installed && make install";
my $log = qx(cp -rL $root $source && cd $source && { $build; } 2>&1);
is($?, 0, 'perl Makefile.PL && make install') or diag($log);
unlike($log, qr/warning/i, 'no warnings');
is(load_with($ENV{DATA_CONNECTORS_LIBRARY}, "$folder/installed/lib/perl5"), "loaded\n", 'the installed module');

my $packaged = "$folder/installed/lib/perl5/DataConnectors/libdata_connectors.so.1";
copy(__FILE__, $packaged) or die "copy: $!\n";
like(load_with(undef, "$folder/installed/lib/perl5"), qr/could not load \Q$packaged\E \(.+\): reinstall the package/,
    'the library in the package precedes that of the system');
unlink $packaged;
copy($ENV{DATA_CONNECTORS_LIBRARY}, $packaged) or die "copy: $!\n";
is(load_with(undef, "$folder/installed/lib/perl5"), "loaded\n", 'the library in the package');

done_testing;
