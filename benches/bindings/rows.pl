# Our Perl module: id, name, state and updated_at of each row, as in its README.
use strict;
use warnings;
use DataConnectors;

my ($rows, $sum) = (0, 0);
my $client = DataConnectors::Client->new(access_token => 'any', base_url => "$ARGV[0]/pages/$ARGV[1]");
my $connectors = $client->list(per_page => 50);
while (my $row = $connectors->next) {
    $rows++;
    $sum += $row->id + length($row->name) + length($row->state) + length($row->updated_at);
}
print "rows=$rows sum=$sum\n";
