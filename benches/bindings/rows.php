<?php

// Our PHP package: id, name, state and updated_at of each row, as in its README.
require 'DataConnectors.php';

$rows = $sum = 0;
$client = new DataConnectors\Client(['access_token' => 'any', 'base_url' => "$argv[1]/pages/$argv[2]"]);
foreach ($client->list(perPage: 50) as $row) {
    $rows++;
    $sum += (int) $row->id + strlen($row->name) + strlen($row->state) + strlen($row->updatedAt);
}
echo "rows=$rows sum=$sum\n";
