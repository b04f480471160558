#!/usr/bin/env perl
# Lists the data connectors of a workspace: id, state, name. The access token is taken from INTERCOM_ACCESS_TOKEN.
use 5.014;
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DataConnectors;
use Getopt::Long qw(GetOptions);

my $usage = "usage: list_connectors.pl [--base-url URL] [--per-page N]\n";
GetOptions(\my %given, 'base-url=s', 'per-page=i') && !@ARGV or do { print STDERR $usage; exit 2 };
binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;

my $listed = eval {
    my $client = DataConnectors::Client->new(token => $ENV{INTERCOM_ACCESS_TOKEN}, base_url => $given{'base-url'});
    my $connectors = $client->connectors(per_page => $given{'per-page'});
    while (my $connector = $connectors->next) {
        say join "\t", map { $_ // '-' } $connector->id, $connector->state, $connector->name;
    }
    1;
};
if (!$listed) {
    my $error = $@;
    print STDERR 'list_connectors.pl: ', ref $error ? $error->message . "\n" : $error;
    exit 1;
}
