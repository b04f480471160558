#!/usr/bin/env ruby
# frozen_string_literal: true

# Lists the data connectors of a workspace, one a line: id, state, name.

require "optparse"
require_relative "data_connectors"

settings = { token: ENV["INTERCOM_ACCESS_TOKEN"], user_agent_suffix: "list_connectors.rb" }
per_page = nil
options = OptionParser.new do |parser|
  parser.banner = "Usage: list_connectors.rb [OPTIONS]\nThe access token is taken from INTERCOM_ACCESS_TOKEN."
  parser.on("--base-url URL", "where the service is, if not in the US") { |url| settings[:base_url] = url }
  parser.on("--per-page N", Integer, "rows for each request, 1 to 50") { |rows| per_page = rows }
end

# A text without control characters, which would spoil the line or the terminal.
def shown(text) = text.nil? ? "-" : text.gsub(/[[:cntrl:]]/, "?")

begin
  options.parse!
  abort "list_connectors.rb: there is nothing to do with #{ARGV.first}" unless ARGV.empty?
  DataConnectors::Client.open(**settings) do |client|
    client.connectors(per_page: per_page).each do |connector|
      puts [connector.id, connector.state, connector.name].map { |text| shown(text) }.join(" ")
    end
  end
rescue OptionParser::ParseError, DataConnectors::Error => e
  abort "list_connectors.rb: #{e.message}"
rescue Errno::EPIPE
  # Who read the list has gone.
  exit 1
rescue Interrupt
  exit 130
end
