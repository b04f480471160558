# frozen_string_literal: true

module DataConnectors
  # A client of one workspace. Thread-safe; after a fork both processes may use it.
  class Client
    include Arguments

    # Creates a client, yields it, and closes it.
    def self.open(**options)
      client = new(**options)
      yield client
    ensure
      client&.close
    end

    # Creates a client. Nothing is sent yet. Options have the names of the C library: access_token, which is required,
    # region, base_url, timeout_ms, …; docs/options.md lists them. nil selects the default. logger: a Logger; its
    # level is read now. The access token is not kept in Ruby. Raises InvalidArgumentError.
    def initialize(logger: nil, **options)
      config = Handle.new("config", Native.call("dc_config_new"))
      set_options(config.pointer, options.compact.transform_keys(&:to_s))
      set_logger(config.pointer, logger) if logger
      @handle = SharedHandle.new("client", "client")
      Native.check("dc_client_new", config.pointer, @handle.slot)
    ensure
      config&.free
    end

    # Lists one page, most recently updated first. per_page: 1 to 50; nil: the service's default (20). starting_after:
    # the next_cursor of the previous page; nil: the first page. cancel_token: a CancelToken. Raises an Error.
    def list_page(per_page: nil, starting_after: nil, cancel_token: nil)
      arguments = list_arguments(per_page, starting_after, cancel_token)
      Call.run(cancel_token) do |native_token|
        page = Handle.new("page")
        use { |native| Native.check("dc_list_page", native, *arguments, native_token, page.slot) }
        Page.new(page.pointer)
      ensure
        page&.free
      end
    end

    # Iterates over connectors, with the arguments of list_page. prefetch: whether the next page is requested while your
    # program processes the current one. The prefetched page can be stale when it is used, and stopping early can waste
    # one request.
    def list(**arguments) = iterate(Connectors, **arguments)

    # Iterates over pages, with the arguments of list.
    def pages(**arguments) = iterate(Pages, **arguments)

    # Takes a snapshot of all connectors: a request per 50 of them and one more. If the first request fails, the call
    # fails. If a later request fails and its retries fail too, the snapshot is incomplete. previous: the previous
    # Snapshot: requests only what changed since, usually one page. overlap_ms: the longest time until the service lists
    # a change, 0 to 3600000; nil: 60000. max_passes: the maximum number of passes over the list, 1 to 1000; nil: 20.
    # timeout_ms: of the whole call, 1 to 86400000; nil: 300000; the client's timeout_ms applies to each request. Raises
    # an Error.
    def snapshot(previous: nil, overlap_ms: nil, max_passes: nil, timeout_ms: nil, cancel_token: nil)
      instance("previous", previous, Snapshot)
      instance("cancel_token", cancel_token, CancelToken)
      arguments = [integer("overlap_ms", overlap_ms, "0 to 3600000"), integer("max_passes", max_passes, "1 to 1000"),
                   integer("timeout_ms", timeout_ms, "1 to 86400000")].map { |number| number || -1 }
      Call.run(cancel_token) do |native_token|
        Snapshot.new do |slot|
          take = lambda do |from|
            use { |native| Native.check("dc_snapshot_take", native, from, *arguments, native_token, slot) }
          end
          previous ? previous.use(&take) : take.call(nil)
        end
      end
    end

    # Cancels all calls in progress, including those of iterators, and rejects new ones: they raise CancelledError. Must
    # not be called in a Signal.trap handler, where it raises ThreadError: cancel a CancelToken there.
    def shutdown
      use { |native| Native.call("dc_client_shutdown", native) }
      nil
    end

    # Rejects new calls: they raise ClosedError. Frees the client when the calls in progress have returned. Must
    # not be called in a Signal.trap handler.
    def close
      @handle.close
      nil
    end

    def inspect = "#<#{self.class}>"

    def use(&block) = @handle.use(&block) # :nodoc:

    private

    def iterate(kind, per_page: nil, starting_after: nil, cancel_token: nil, prefetch: false)
      kind.new(self, *list_arguments(per_page, starting_after, cancel_token), cancel_token, prefetch)
    end

    def set_options(config, options)
      Native.call("dc_config_option_count").times do |index|
        name, other = %w[DC_INFO_NAME DC_INFO_REPLACES].map do |attribute|
          Native.read("dc_config_option", index, Native::CONSTANTS[attribute])
        end
        reject("#{name} and #{other} replace each other: pass one of them") if options[name] && options[other]
      end
      options.each do |name, value|
        Native.check("dc_config_set_string", config, name, option_value(name, value))
      end
    end

    def option_value(name, value)
      value = value.to_path if value.respond_to?(:to_path)
      case value
      when String then string(name, value)
      when Integer, Symbol, true, false then value.to_s
      else reject("invalid #{name}: use a String, an Integer, true or false, not #{value.class}")
      end
    end

    def list_arguments(per_page, starting_after, cancel_token)
      instance("cancel_token", cancel_token, CancelToken)
      [integer("per_page", per_page, "1 to 50") || 0, starting_after && string("starting_after", starting_after)]
    end

    # Lines are logged on the threads of calls. The callback must live as long as the client, and raise no exception.
    def set_logger(config, logger)
      unless logger.respond_to?(:add) && logger.respond_to?(:level)
        reject("invalid logger: use a Logger, not #{logger.class}")
      end
      types = [Fiddle::TYPE_VOIDP, Fiddle::TYPE_INT32_T, Fiddle::TYPE_VOIDP]
      @log_callback = Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_VOID, types) do |_, level, line|
        logger.add(4 - level, line.to_s.force_encoding(Encoding::UTF_8), "data_connectors")
      rescue Exception => e
        warn("data_connectors: the logger failed: #{e.class}")
      end
      # Logger::ERROR is 3 and DC_LOG_ERROR 1; Logger::DEBUG is 0 and DC_LOG_DEBUG 4.
      level = (4 - logger.level).clamp(1, 4)
      Native.check("dc_config_set_logger", config, level, @log_callback, nil, nil)
    end
  end
end
