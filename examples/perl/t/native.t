# The table of functions is the header's, and a library that is missing or wrong is told from the right one.
use 5.014;
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use DataConnectors qw(:all);
use File::Temp;
use JSON::PP;
use Test::More;

my $abi = do {
    open my $in, '<:raw', "$FindBin::Bin/../../../abi/data_connectors.json" or die "data_connectors.json: $!\n";
    local $/;
    decode_json(<$in>);
};

my %functions = %DataConnectors::Native::FUNCTIONS;
cmp_ok(scalar keys %functions, '>', 30, 'the table was read');
for my $name (sort keys %functions) {
    my $declared = $abi->{functions}{$name};
    is_deeply($functions{$name}, $declared && [$declared->{returns}, @{ $declared->{parameters} }],
        "$name is the header's");
}
my %constants = %DataConnectors::Native::CONSTANTS;
is($constants{$_}, $abi->{constants}{$_}, "$_ is the header's") for sort keys %constants;
my @wanted = sort grep { /^DC_(?:OK|DONE|ERR|STATE|HTTP)/ } keys %{ $abi->{constants} };
is(join(' ', grep { !exists $constants{$_} } @wanted), '', 'no number of the header is missing');
my $refusal = eval { DataConnectors::Client->new(none => 1) } ? '' : $@->message . ',';
for my $option (map { $_->{name} eq 'access_token' ? 'token' : $_->{name} } @{ $abi->{options} }) {
    like($refusal, qr/ $option,/, "option $option is known");
}
is(DC_ERR_CANCELLED, -13, 'numbers can be imported');
like(DataConnectors::library_version(), qr/^\d+\.\d+\.\d+$/, 'the library tells its version');

# Loads the module in a process of its own, and gives what it says.
sub loaded_with {
    my ($library) = @_;
    local $ENV{DATA_CONNECTORS_LIBRARY} = $library // '';
    # The loader's own places have none, but where it is installed.
    local $ENV{LD_LIBRARY_PATH} = '';
    my $pid = open(my $out, '-|') // die "fork: $!\n";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT or die "dup: $!\n";
        exec $^X, "-I$FindBin::Bin/..", '-MDataConnectors', '-e', 'print "loaded\n"' or die "exec: $!\n";
    }
    local $/;
    return scalar <$out>;
}

my $folder = File::Temp->newdir;

sub library_of {
    my ($name, $source) = @_;
    open my $file, '>', "$folder/$name.c" or die "$name.c: $!\n";
    print $file $source;
    close $file or die "$name.c: $!\n";
    system('cc', '-shared', '-fPIC', '-o', "$folder/$name.so", "$folder/$name.c") == 0 or die "cc failed\n";
    return "$folder/$name.so";
}

like(loaded_with('/no/such/file.so'), qr{^DataConnectors: /no/such/file\.so can't be loaded .*DATA_CONNECTORS_LIBRARY},
    'a file that is not there');
like(loaded_with(__FILE__), qr/can't be loaded .*DATA_CONNECTORS_LIBRARY/, 'a file that is no library');
like(loaded_with(library_of(other => 'int dc_other(void) { return 1; }')), qr/is not libdata_connectors/,
    'another library');
like(loaded_with(library_of(newer => 'int dc_abi_version(void) { return 2; }')),
    qr/has ABI version 2, this module is for 1/, 'another ABI version');
like(loaded_with(library_of(older => 'int dc_abi_version(void) { return 1; }')),
    qr/is older than this module: it has no dc_/, 'an older one');
like(loaded_with(undef), qr/^loaded$|libdata_connectors\.so\.1 can't be loaded .*install libdata_connectors, or set/,
    'the one of the system, or none');

done_testing;
