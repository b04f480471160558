# frozen_string_literal: true

module DataConnectors
  # The statuses by name, such as "DC_ERR_TIMEOUT".
  STATUSES = Native::CONSTANTS.select { |name, _| name.match?(/\ADC_(OK|DONE|ERR_\w+)\z/) }.freeze

  # A failed call. The message is one line for users, with the request id if there is one; unknown attributes are nil.
  class Error < StandardError
    ATTRIBUTES = %i[http_status api_code api_field request_id retry_after_ms attempts].freeze
    private_constant :ATTRIBUTES

    # status: a value of STATUSES. http_status, api_code, api_field, request_id: from the response. retry_after_ms: the
    # delay that the service specified. attempts: the number of requests. rate_limit, …: as those of Page.
    attr_reader :status, *ATTRIBUTES, *Native::RATE_LIMIT

    def self.from(status, pointer) # :nodoc:
      attributes = Native.attributes("error", pointer, ATTRIBUTES)
      attributes[:http_status] = nil if attributes[:http_status].zero?
      message = Native.read("dc_error_message", pointer)
      message += " (request id #{attributes[:request_id]})" if attributes[:request_id]
      ERRORS.fetch(status, Error).new(message, status: status, **attributes)
    end

    def initialize(message = nil, status: STATUSES["DC_ERR_INVALID_ARGUMENT"], **attributes) # :nodoc:
      super(message)
      @status = status
      attributes.each { |name, value| instance_variable_set(:"@#{name}", value) }
    end

    # The name of the status, such as "DC_ERR_TIMEOUT"; nil for one that is newer than this gem.
    def status_name = STATUSES.key(status)
  end

  # The subclass of Error for each status: DC_ERR_RATE_LIMITED raises RateLimitedError.
  ERRORS = STATUSES.select { |_, status| status.negative? }.to_h do |name, status|
    words = name.delete_prefix("DC_ERR_").split("_").map { |word| word == "TLS" ? word : word.capitalize }
    [status, const_set("#{words.join}Error", Class.new(Error))]
  end.freeze

  # The client, the iterator or the snapshot was closed before the call.
  class ClosedError < InvalidArgumentError; end
end
