# frozen_string_literal: true

%w[native handle error arguments call page snapshot iterator client].each do |file|
  require_relative "data_connectors/#{file}"
end

# Lists the data connectors of an Intercom workspace through libdata_connectors, which Fiddle loads.
#
#   DataConnectors::Client.open(access_token: ENV["INTERCOM_ACCESS_TOKEN"]) do |client|
#     client.list(per_page: 50).each { |connector| puts "#{connector.id} #{connector.name}" }
#   end
module DataConnectors
  Native.load
  private_constant :Native, :Lock, :Handle, :SharedHandle, :Arguments, :Call
end
