# frozen_string_literal: true

module DataConnectors
  # A data connector, frozen: the fields of the service, and created_at_ms and updated_at_ms, in milliseconds since the
  # Unix epoch. Absent fields are nil.
  class Connector < Struct.new(*Native::ABI["fields"].map(&:to_sym), :created_at_ms, :updated_at_ms)
    def self.all(packed_rows, page_json) # :nodoc:
      columns = JSON.parse(packed_rows, freeze: true)
      ranges = columns.fetch("json_start").zip(columns.fetch("json_length"))
      rows = columns.fetch_values(*members.map(&:to_s)).transpose
      rows.zip(ranges).map { |values, range| new(values, page_json, range) }.freeze
    end

    def initialize(values, page_json, range) # :nodoc:
      super(*values)
      @page_json = page_json
      @range = range
      freeze
    end

    # The row's JSON as the service sent it, including undocumented fields: a part of the page's JSON.
    def json = @page_json.byteslice(*@range).freeze
  end

  # One page of the list, frozen; Enumerable over its connectors.
  class Page
    include Enumerable

    # connectors: an Array. json: the response body. next_cursor: the starting_after of the next page, nil on the last
    # one. request_id: the service's request id. rate_limit: requests allowed in the current window;
    # rate_limit_remaining: those that remain; rate_limit_reset: its end, in seconds since the Unix epoch.
    attr_reader :connectors, :json, :next_cursor, :request_id, *Native::RATE_LIMIT

    def initialize(page) # :nodoc:
      @json = Native.read("dc_page_json", page)
      packed_rows = Native.read("dc_page_packed_rows", page, Native::CONSTANTS["DC_PACKED_JSON"], nil)
      @connectors = Connector.all(packed_rows, @json)
      Native.attributes("page", page, %i[next_cursor request_id])
            .each { |name, value| instance_variable_set(:"@#{name}", value) }
      @has_next = Native.call("dc_page_has_next", page) == 1
      freeze
    end

    # Yields each connector.
    def each(&block) = block ? (connectors.each(&block) && self) : connectors.each

    # The number of connectors.
    def size = connectors.size

    # Returns whether there is a next page. If next_cursor is nil, the service specified it in an unsupported form.
    def has_next? = @has_next

    def inspect = "#<#{self.class} size=#{size} next_cursor=#{next_cursor.inspect} request_id=#{request_id.inspect}>"
  end
end
