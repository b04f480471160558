# Our Ruby package: id, name, state and updated_at of each row, as in its README.
require "data_connectors"

rows = sum = 0
DataConnectors::Client.open(access_token: "any", base_url: "#{ARGV[0]}/pages/#{ARGV[1]}") do |client|
  client.list(per_page: 50).each do |row|
    rows += 1
    sum += row.id.to_i + row.name.length + row.state.length + row.updated_at.length
  end
end
puts "rows=#{rows} sum=#{sum}"
