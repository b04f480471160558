#!/usr/bin/env ruby
# frozen_string_literal: true

# Prints the id, state and name of each data connector of a workspace. The access token is read from
# INTERCOM_ACCESS_TOKEN.
#
#   ruby -Ibindings/ruby/lib examples/ruby/list_connectors.rb --base-url http://127.0.0.1:8080

require "optparse"
require "data_connectors"

options = { access_token: ENV["INTERCOM_ACCESS_TOKEN"], user_agent_suffix: "list_connectors.rb" }
per_page = nil
parser = OptionParser.new do |option|
  option.banner = "Usage: list_connectors.rb [OPTIONS]"
  option.on("--region REGION", "us, eu or au") { |region| options[:region] = region }
  option.on("--base-url URL", "base URL instead of a region's") { |url| options[:base_url] = url }
  option.on("--per-page N", Integer, "rows per request, 1 to 50") { |rows| per_page = rows }
end

begin
  parser.parse!
  abort "list_connectors.rb: unexpected argument #{ARGV.first}" unless ARGV.empty?
  DataConnectors::Client.open(**options) do |client|
    client.list(per_page: per_page).each do |connector|
      # Names may contain control characters, which would affect the terminal.
      fields = [connector.id, connector.state, connector.name]
      puts fields.map { |field| (field || "-").gsub(/[[:cntrl:]]/, "?") }.join(" ")
    end
  end
rescue OptionParser::ParseError, DataConnectors::Error => e
  abort "list_connectors.rb: #{e.message}"
rescue Errno::EPIPE
  exit 1
rescue Interrupt
  exit 130
end
