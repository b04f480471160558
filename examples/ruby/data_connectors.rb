# frozen_string_literal: true

require "fiddle"

# Lists the data connectors of an Intercom workspace through libdata_connectors, by Fiddle: no gem, nothing compiled.
#
#   DataConnectors::Client.open(token: ENV.fetch("INTERCOM_ACCESS_TOKEN")) do |client|
#     client.connectors(per_page: 50).each { |connector| puts "#{connector.id} #{connector.name}" }
#   end
#
# A call that blocks is made on a thread of its own, without Ruby's lock, while its caller waits for that thread. So
# other threads run meanwhile, and what interrupts the caller (Ctrl-C, Timeout, Thread#raise, Thread#kill) ends the call
# within milliseconds. What is given is frozen, and holds nothing of the library's. Not for Ractors other than the main.
module DataConnectors
  # The statuses of the C library, by name.
  STATUSES = {
    "DC_OK" => 0, "DC_DONE" => 1, "DC_ERR_INVALID_ARGUMENT" => -1, "DC_ERR_CONNECTION" => -2, "DC_ERR_TIMEOUT" => -3,
    "DC_ERR_TLS" => -4, "DC_ERR_UNAUTHORIZED" => -5, "DC_ERR_FORBIDDEN" => -6, "DC_ERR_RATE_LIMITED" => -7,
    "DC_ERR_BAD_REQUEST" => -8, "DC_ERR_SERVER" => -9, "DC_ERR_PROTOCOL" => -10, "DC_ERR_TOO_LARGE" => -11,
    "DC_ERR_PANIC" => -12, "DC_ERR_CANCELLED" => -13, "DC_ERR_SYSTEM" => -14, "DC_ERR_PROXY" => -15
  }.freeze

  # Any failure; its message is one line for a person. What isn't known is nil.
  class Error < StandardError
    FACTS = %i[http_status api_code api_field request_id retry_after_ms rate_limit rate_limit_remaining
               rate_limit_reset attempts].freeze
    # status: the number of its DC_ERR_…. http_status, api_code, api_field, request_id: what the service answered.
    # retry_after_ms: the wait it asked for. attempts: how many requests were made. rate_limit, …: as a Page has them.
    attr_reader :status, *FACTS

    def initialize(message = nil, status: STATUSES.fetch("DC_ERR_INVALID_ARGUMENT"), **facts) # :nodoc:
      super(message)
      @status = status
      FACTS.each { |fact| instance_variable_set(:"@#{fact}", facts[fact]) }
    end

    # The status's name in the C header, such as "DC_ERR_TIMEOUT"; nil for one that this file doesn't know.
    def status_name = STATUSES.key(status)
  end

  # There is a subclass for each status of a failure:
  class InvalidArgumentError < Error; end       # A setting or an argument was refused; nothing was sent.
  class ClosedError < InvalidArgumentError; end # The client, or the walk, was closed before.
  class ConnectionError < Error; end            # No connection, or one that broke.
  class TimeoutError < Error; end               # The time for the call, or for opening its connection, ran out.
  class TLSError < Error; end                   # The server could not be trusted.
  class UnauthorizedError < Error; end          # 401: the token is wrong, revoked, or of another region.
  class ForbiddenError < Error; end             # 403: the token may not do this.
  class RateLimitedError < Error; end           # 429: too many requests.
  class BadRequestError < Error; end            # Any other 4xx.
  class ServerError < Error; end                # 5xx: the service, or a gateway in front of it, failed.
  class ProtocolError < Error; end              # An answer that is no list, or a cursor that came back.
  class TooLargeError < Error; end              # The answer is larger than max_response_bytes.
  class PanicError < Error; end                 # A bug of the library's, caught.
  class CancelledError < Error; end             # The call was ended by its CancelToken or by Client#shutdown.
  class SystemError < Error; end                # The system gave no thread, descriptor or memory.
  class ProxyError < Error; end                 # The proxy opened no way to the service.

  # The class of each failure's status.
  ERRORS = {
    -1 => InvalidArgumentError, -2 => ConnectionError, -3 => TimeoutError, -4 => TLSError, -5 => UnauthorizedError,
    -6 => ForbiddenError, -7 => RateLimitedError, -8 => BadRequestError, -9 => ServerError, -10 => ProtocolError,
    -11 => TooLargeError, -12 => PanicError, -13 => CancelledError, -14 => SystemError, -15 => ProxyError
  }.freeze

  # The native library: found, checked, and called.
  module Native # :nodoc: all
    ABI_VERSION = 1
    VARIABLE = "DATA_CONNECTORS_LIBRARY"
    SONAME = "libdata_connectors.so.1"

    # As include/data_connectors.h has them.
    PROTOTYPES = <<~C
      int32_t dc_abi_version(void)
      dc_status dc_error_status(const dc_error *)
      const char *dc_error_message(const dc_error *)
      int32_t dc_error_http_status(const dc_error *)
      const char *dc_error_api_code(const dc_error *)
      const char *dc_error_api_field(const dc_error *)
      const char *dc_error_request_id(const dc_error *)
      int64_t dc_error_retry_after_ms(const dc_error *)
      void dc_error_rate_limit(const dc_error *, int64_t *, int64_t *, int64_t *)
      int32_t dc_error_attempts(const dc_error *)
      void dc_error_free(dc_error *)
      dc_config *dc_config_new(void)
      dc_status dc_config_set_string(dc_config *, const char *, const char *, dc_error **)
      void dc_config_free(dc_config *)
      dc_status dc_client_new(const dc_config *, dc_client **, dc_error **)
      void dc_client_shutdown(const dc_client *)
      void dc_client_free(dc_client *)
      dc_status dc_cancel_token_new(dc_cancel_token **, dc_error **)
      void dc_cancel_token_cancel(const dc_cancel_token *)
      void dc_cancel_token_free(dc_cancel_token *)
      dc_status dc_list_page(const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **)
      dc_status dc_pager_new(const dc_client *, int32_t, const char *, dc_pager **, dc_error **)
      dc_status dc_pager_set_prefetch(dc_pager *, int32_t, dc_error **)
      dc_status dc_pager_next(dc_pager *, const dc_cancel_token *, dc_page **, dc_error **)
      void dc_pager_free(dc_pager *)
      const char *dc_page_json(const dc_page *)
      size_t dc_page_json_len(const dc_page *)
      const char *dc_page_packed_rows(const dc_page *, int32_t, size_t *)
      const char *dc_page_next_cursor(const dc_page *)
      int32_t dc_page_has_next(const dc_page *)
      const char *dc_page_request_id(const dc_page *)
      void dc_page_rate_limit(const dc_page *, int64_t *, int64_t *, int64_t *)
      void dc_page_free(dc_page *)
    C

    # Functions that may wait or read files release Ruby's lock; for the others that would only cost time.
    WAITING = %w[dc_list_page dc_pager_next dc_pager_free dc_client_new dc_config_set_string].freeze

    PACKED_SEPARATED = 2

    RATE_LIMIT = %i[rate_limit rate_limit_remaining rate_limit_reset].freeze

    NUMBERS = { "void" => Fiddle::TYPE_VOID, "dc_status" => Fiddle::TYPE_INT32_T, "int32_t" => Fiddle::TYPE_INT32_T,
                "int64_t" => Fiddle::TYPE_INT64_T, "size_t" => Fiddle::TYPE_SIZE_T }.freeze

    # Each function's type of result, and those of its parameters, by its name.
    FUNCTIONS = PROTOTYPES.lines(chomp: true).to_h do |line|
      returns, name, parameters = line.match(/\A(.*?) ?(?=dc_\w+\()(\w+)\((.*)\)\z/).captures
      [name, [returns, parameters == "void" ? [] : parameters.split(", ")]]
    end.freeze

    class << self
      def call(name, *arguments) = @functions.fetch(name).call(*arguments)

      # Calls a function that can fail; gives its status, or raises its error.
      def check(name, *arguments)
        error = Handle.new("error")
        status = call(name, *arguments, error.slot)
        return status unless status.negative?

        facts = facts("error", error.pointer, Error::FACTS)
        facts[:http_status] = nil if facts[:http_status].zero?
        raise ERRORS.fetch(status, Error).new(read("dc_error_message", error.pointer), status: status, **facts)
      ensure
        error&.free
      end

      # What an accessor says, as Ruby has it: absent is nil.
      def read(name, *arguments)
        value = call(name, *arguments)
        return value.negative? ? nil : value if value.is_a?(Integer)

        value.null? ? nil : value.to_s.force_encoding(Encoding::UTF_8).freeze
      end

      # Returns the named facts of an error or a page.
      def facts(kind, handle, names)
        (names - RATE_LIMIT).to_h { |name| [name, read("dc_#{kind}_#{name}", handle)] }.merge(rate_limit(kind, handle))
      end

      def rate_limit(kind, handle)
        cells = cells(3)
        call("dc_#{kind}_rate_limit", handle, cells, cells + 8, cells + 16)
        RATE_LIMIT.zip(cells[0, 24].unpack("q3").map { |number| number unless number.negative? }).to_h
      end

      # Returns the rows of a page as arrays of columns; an absent column is nil.
      def rows(page)
        length = cells(1)
        packed = call("dc_page_packed_rows", page, PACKED_SEPARATED, length)
        packed[0, length[0, Fiddle::SIZEOF_SIZE_T].unpack1("J")].split("\xFF".b, -1).map do |row|
          row.split("\xFE".b, -1).map { |column| column unless column == "\xFD".b }
        end
      end

      # Allocates zeroed memory for out parameters of up to eight bytes each.
      def cells(count)
        pointer = Fiddle::Pointer.malloc(8 * count, Fiddle::RUBY_FREE)
        pointer[0, 8 * count] = "\0" * (8 * count)
        pointer
      end

      def load(file = ENV.fetch(VARIABLE, ""))
        file = SONAME if file.empty?
        library = open(file)
        version = abi_version(library, file)
        version == ABI_VERSION or raise LoadError, "#{file} has ABI version #{version}: #{ABI_VERSION} is needed"
        @functions = FUNCTIONS.to_h { |name, types| [name, function(library, file, name, *types)] }
      end

      private

      def open(file)
        Fiddle.dlopen(file)
      rescue Fiddle::DLError => e
        raise LoadError, "libdata_connectors can't be loaded: #{e.message}. Looked for #{file}: install the library " \
                         "(make install, then ldconfig), or set #{VARIABLE} to the path of its file"
      end

      def abi_version(library, file)
        function(library, file, "dc_abi_version", *FUNCTIONS["dc_abi_version"]).call
      rescue LoadError
        raise LoadError, "#{file} is not libdata_connectors: it has no dc_abi_version"
      end

      def function(library, file, name, returns, parameters)
        types = parameters.map { |type| NUMBERS.fetch(type, Fiddle::TYPE_VOIDP) }
        result = NUMBERS.fetch(returns, Fiddle::TYPE_VOIDP)
        Fiddle::Function.new(library[name], types, result, need_gvl: !WAITING.include?(name))
      rescue Fiddle::DLError
        raise LoadError, "#{file} is older than this file: it lacks #{name}"
      end
    end
  end

  # A lock for which threads wait that may be interrupted. Ruby 3.1's Mutex alone loses a turn if the thread that it
  # wakes is interrupted: those behind it are then not woken.
  class Turns # :nodoc: all
    def initialize
      @lock = Mutex.new
    end

    def take
      had_it = false
      @lock.synchronize do
        had_it = true
        yield
      end
    ensure
      Thread.handle_interrupt(Object => :never) { @lock.unlock if !had_it && @lock.try_lock }
    end
  end

  # A native handle, in the cell that a native call writes it to. The garbage collector frees what nobody else did, so
  # that nothing is lost wherever an interrupt comes.
  class Handle # :nodoc: all
    attr_reader :slot

    def initialize(kind)
      @kind = kind
      @slot = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      ObjectSpace.define_finalizer(self, Handle.finalizer(kind, @slot))
    end

    # Not a closure of an instance's, which would keep that alive.
    def self.finalizer(kind, slot) = proc { free(kind, slot) }

    def self.free(kind, slot)
      pointer = slot.ptr
      return if pointer.null?

      slot[0, Fiddle::SIZEOF_VOIDP] = "\0" * Fiddle::SIZEOF_VOIDP
      Native.call("dc_#{kind}_free", pointer)
    end

    def pointer = @slot.ptr

    def free = Handle.free(@kind, @slot)
  end

  # A handle that threads share: once it is closed, the last one that uses it frees it.
  class SharedHandle < Handle # :nodoc: all
    def initialize(kind, name = kind)
      super(kind)
      @name = name
      @turns = Turns.new
      @users = 0
      @is_closed = false
    end

    # No interrupt may come between the count's going up and down. Calls that wait have a thread of their own.
    def use
      Thread.handle_interrupt(Object => :never) do
        @turns.take do
          raise ClosedError, "the #{@name} is closed" if @is_closed

          @users += 1
        end
        begin
          yield pointer
        ensure
          @turns.take { free if (@users -= 1).zero? && @is_closed }
        end
      end
    end

    def close
      @turns.take do
        @is_closed = true
        free if @users.zero?
      end
    end
  end

  # Runs a native call that waits on a thread of its own, and ends it when its caller is interrupted.
  module Waiting # :nodoc: all
    class << self
      # Yields the native token to pass to the call.
      def run(cancel)
        stop = Handle.new("cancel_token")
        Native.check("dc_cancel_token_new", stop.slot)
        news = Thread::Queue.new
        worker = nil
        begin
          cancel&.tell(news)
          Native.call("dc_cancel_token_cancel", stop.pointer) if cancel&.cancelled?
          # Nothing interrupts the thread itself: what comes of the call is never lost between two lines.
          Thread.handle_interrupt(Object => :never) { worker = thread(news) { yield stop.pointer } }
          news.pop
        ensure
          Thread.handle_interrupt(Object => :never) { finish(worker, stop, cancel, news) }
        end
        result(*worker.value)
      end

      private

      def thread(news)
        Thread.new do
          [yield, nil]
        rescue Exception => e # it is raised again, where it belongs
          [nil, e]
        ensure
          news << true
        end
      end

      # The call has ended, or is to: cancelling does nothing to one that has.
      def finish(worker, stop, cancel, news)
        cancel&.tell_no_more(news)
        Native.call("dc_cancel_token_cancel", stop.pointer)
        worker&.join
        stop.free
      end

      def result(value, failure)
        return value unless failure

        # Where the caller called is what helps, and not where the thread was.
        failure.set_backtrace(caller(3)) if failure.is_a?(Error)
        raise failure
      end
    end
  end

  # Checks arguments that C would misread; the library checks the rest.
  module Arguments # :nodoc: all
    # The options and how each is checked before the library checks its value.
    SETTINGS = {
      token: :text, region: :text, base_url: :text, allow_insecure_http: :flag, api_version: :text,
      user_agent_suffix: :text, timeout_ms: :integer, connect_timeout_ms: :integer, max_retries: :integer,
      max_response_bytes: :integer, wait_for_rate_limit: :flag, proxy: :text, no_proxy: :text, ca_file: :path,
      system_roots: :flag
    }.freeze
    EITHER = [%w[region base_url], %w[ca_file system_roots]].freeze

    class << self
      # Returns the options as the library takes them: strings, by the library's names. nil, and false, which is the
      # default of each flag, are left out.
      def settings(options: nil, **given)
        given.each_key { |name| known(name) }
        values = given.compact.to_h { |name, value| [native_name(name), setting(name, value)] }.compact
        values.merge!(named(options || {})) { |name| refuse("option #{name} is set twice: pass it once") }
        EITHER.each do |pair|
          refuse("#{pair.join(" and ")} replace each other: pass one of them") if pair.all? { |name| values.key?(name) }
        end
        values
      end

      def native_name(name) = name == :token ? "access_token" : name.to_s

      def named(options)
        refuse("options should be a Hash, not #{options.class}") unless options.is_a?(Hash)
        options.to_h { |name, value| [text("a name in options", name), text("a value in options", value)] }
      end

      def refuse(why) = raise(InvalidArgumentError, why, cause: nil)

      def known(name)
        SETTINGS.key?(name) or refuse("unknown option #{name.inspect}: use #{SETTINGS.keys.join(", ")}")
      end

      def setting(name, value)
        case SETTINGS[name]
        when :text then text(name, value)
        when :path then text(name, value.respond_to?(:to_path) ? value.to_path : value)
        when :flag then flag(name, value) ? "true" : nil
        when :integer then integer(name, value).to_s
        end
      end

      # No message contains the value, which may be a secret.
      def text(name, value)
        refuse("#{name} should be a String, not #{value.class}") unless value.is_a?(String)

        text = value.encode(Encoding::UTF_8)
        refuse("#{name} has a NUL in it") if text.b.include?("\0")
        refuse("#{name} is not UTF-8") unless text.valid_encoding?
        text
      rescue EncodingError
        refuse("#{name} can't be made UTF-8 of")
      end

      def integer(name, value)
        refuse("#{name} should be an Integer, not #{value.class}") unless value.is_a?(Integer)
        value
      end

      def per_page(value)
        return value if (1..50).cover?(integer("per_page", value))

        refuse("invalid per_page #{value}: use 1 to 50, or nil for the service's default (20)")
      end

      def flag(name, value)
        refuse("#{name} should be true or false, not #{value.class}") unless [true, false].include?(value)
        value
      end

      def list(per_page, starting_after)
        [per_page.nil? ? 0 : per_page(per_page),
         starting_after.nil? ? nil : text("starting_after", starting_after)]
      end

      def cancel(token)
        return token if token.nil? || token.is_a?(CancelToken)

        refuse("cancel should be a CancelToken, not #{token.class}")
      end
    end
  end

  # Ends calls: pass one to them as `cancel`, and cancel it from any thread, or in a handler of Signal.trap. Once
  # cancelled it stays so: make one for each thing that is to be ended by itself. It has nothing to be closed.
  class CancelToken
    def initialize
      @is_cancelled = false
      @waiting = {}.compare_by_identity
    end

    # Ends the calls under way that were given this token, and those to come. Each raises CancelledError.
    def cancel
      @is_cancelled = true
      # No lock, which a trap handler may not take: each of these steps is one, as Ruby runs one thread at a time.
      @waiting.keys.each { |news| news << true }
      nil
    end

    # Whether it was cancelled.
    def cancelled? = @is_cancelled

    def tell(news) = @waiting[news] = true # :nodoc:

    def tell_no_more(news) = @waiting.delete(news) # :nodoc:
  end

  # One connector, frozen: the twelve fields of the service; times also as milliseconds since the Unix epoch; state and
  # method also as numbers, DC_STATE_… and DC_HTTP_METHOD_… of the C header (0: one that it doesn't know); and json, the
  # row as the service sent it, with fields that no document names. What is absent is nil.
  Connector = Struct.new(
    :type, :id, :name, :description, :state, :http_method, :direct_fin_usage, :created_by_admin_id,
    :updated_by_admin_id, :created_at, :updated_at, :execution_results_url,
    :created_at_ms, :updated_at_ms, :state_code, :http_method_code, :json
  ) do
    def self.from(columns) # :nodoc:
      # A later version of the library may add columns at the end.
      fields = columns.first(17).map { |column| column&.force_encoding(Encoding::UTF_8)&.freeze }
      fields[6] &&= fields[6] == "true"
      (12..15).each { |number| fields[number] &&= fields[number].to_i }
      new(*fields).freeze
    end
  end

  # One page of the list, frozen; Enumerable over its connectors.
  class Page
    include Enumerable

    FACTS = %i[next_cursor request_id rate_limit rate_limit_remaining rate_limit_reset].freeze
    private_constant :FACTS

    # connectors: an Array. json: the answer as the service sent it. next_cursor: what to pass as starting_after for the
    # page behind this one; nil: none. rate_limit: requests allowed in the current window. rate_limit_remaining: those
    # left. rate_limit_reset: when it ends, in seconds since the Unix epoch. What the service didn't say is nil.
    attr_reader :connectors, :json, *FACTS

    def initialize(page) # :nodoc:
      json = Native.call("dc_page_json", page)[0, Native.call("dc_page_json_len", page)]
      @json = json.force_encoding(Encoding::UTF_8).freeze
      Native.facts("page", page, FACTS).each { |fact, value| instance_variable_set(:"@#{fact}", value) }
      @has_next = Native.call("dc_page_has_next", page) == 1
      @connectors = Native.rows(page).map { |columns| Connector.from(columns) }.freeze
      freeze
    end

    # Yields each connector.
    def each(&block) = block ? (connectors.each(&block) && self) : connectors.each

    # How many connectors it has.
    def size = connectors.size

    # Whether there is a page behind this one.
    def has_next? = @has_next

    def inspect = "#<#{self.class} size=#{size} next_cursor=#{next_cursor.inspect} request_id=#{request_id.inspect}>"
  end

  # A walk over pages; Client#pages makes it. It stands where it is, as an IO does: `each` goes on from there, also
  # after a failure, or an interrupt of a call. Threads that share it get a page each.
  class Pages
    include Enumerable

    # What to pass as starting_after to go on another time with the page that comes next; nil before the first one
    # (unless the walk began with a cursor), and behind the last one.
    attr_reader :cursor

    def initialize(client, per_page, starting_after, cancel, prefetch) # :nodoc:
      @client = client
      @cancel = Arguments.cancel(cancel)
      rows, @cursor = Arguments.list(per_page, starting_after)
      @pager = SharedHandle.new("pager", "walk")
      @client.use { |native| Native.check("dc_pager_new", native, rows, @cursor, @pager.slot) }
      Native.check("dc_pager_set_prefetch", @pager.pointer, 1) if Arguments.flag("prefetch", prefetch)
      @turns = Turns.new
      @came = nil
      @is_done = false
    end

    # Gives the next page; nil: there is none. An interrupt that comes while this returns may lose the page, unless it
    # is held back by Thread.handle_interrupt(… => :on_blocking).
    def next_page
      @turns.take do
        step unless @came || @is_done
        page = @came
        @came = nil
        @cursor = page&.next_cursor
        page
      end
    end

    # Yields each page that is still to come.
    def each
      return enum_for unless block_given?

      while (page = next_page)
        yield page
      end
      self
    end

    # Ends the walk before its time; else the garbage collector does.
    def close
      @pager.close
      nil
    end

    def inspect = "#<#{self.class} cursor=#{cursor.inspect}>"

    private

    def step
      Waiting.run(@cancel) do |stop|
        @client.use { @pager.use { |pager| ask(pager, stop) } }
      end
      @pager.close if @is_done
    end

    # On the call's own thread, so that an interrupt of the caller's leaves what came for the next step.
    def ask(pager, stop)
      page = Handle.new("page")
      status = Native.check("dc_pager_next", pager, stop, page.slot)
      status == STATUSES["DC_DONE"] ? @is_done = true : @came = Page.new(page.pointer)
    ensure
      page&.free
    end
  end

  # A walk over connectors, page by page as they are asked for; Client#connectors makes it. It stands where it is, as
  # Pages does.
  class Connectors
    include Enumerable

    def initialize(pages) # :nodoc:
      @pages = pages
      @rest = []
      @turns = Turns.new
    end

    # Gives the next connector; nil: there is none.
    def next_connector
      @turns.take do
        while @rest.empty?
          page = @pages.next_page or return nil
          @rest = page.to_a
        end
        @rest.shift
      end
    end

    # Yields each connector that is still to come.
    def each
      return enum_for unless block_given?

      while (connector = next_connector)
        yield connector
      end
      self
    end

    # Ends the walk before its time; else the garbage collector does.
    def close = @pages.close

    def inspect = "#<#{self.class}>"
  end

  # A client of one workspace. Any number of threads may use it at once, and so may both sides of a fork.
  class Client
    # Makes a client, yields it, and closes it.
    def self.open(**settings)
      client = new(**settings)
      yield client
    ensure
      client&.close
    end

    # Options, of which only the token is required; nil means the default: token, region ("us", "eu", "au"), base_url,
    # allow_insecure_http, api_version, user_agent_suffix, timeout_ms, connect_timeout_ms, max_retries,
    # max_response_bytes, wait_for_rate_limit, proxy, no_proxy, ca_file, system_roots; the README at the top describes
    # each. options: a Hash of further options of the library, { "name" => "value" }. The token is not kept in Ruby.
    # Raises InvalidArgumentError.
    def initialize(**settings)
      config = Handle.new("config")
      config.slot[0, Fiddle::SIZEOF_VOIDP] = [Native.call("dc_config_new").to_i].pack("J")
      Arguments.settings(**settings).each do |name, value|
        Native.check("dc_config_set_string", config.pointer, name, value)
      end
      @handle = SharedHandle.new("client")
      Native.check("dc_client_new", config.pointer, @handle.slot)
    ensure
      config&.free
    end

    # Lists one page, newest update first; waits until it is there. per_page: 1 to 50; nil: the service's default (20).
    # starting_after: the cursor of the page before; nil: the first page. cancel: a CancelToken. Raises an Error.
    def list_page(per_page: nil, starting_after: nil, cancel: nil)
      arguments = Arguments.list(per_page, starting_after)
      Waiting.run(Arguments.cancel(cancel)) do |stop|
        page = Handle.new("page")
        use { |native| Native.check("dc_list_page", native, *arguments, stop, page.slot) }
        Page.new(page.pointer)
      ensure
        page&.free
      end
    end

    # Begins a walk over pages, with the arguments of list_page. prefetch: whether the next page is fetched while your
    # program works on this one; it may then be as old as that took, and leaving early may cost one request more.
    def pages(per_page: nil, starting_after: nil, cancel: nil, prefetch: false)
      Pages.new(self, per_page, starting_after, cancel, prefetch)
    end

    # Begins a walk over connectors, with the arguments of pages.
    def connectors(**arguments) = Connectors.new(pages(**arguments))

    # Ends all calls under way, also those of its walks, and those to come: each raises CancelledError. Any thread; in a
    # handler of Signal.trap it raises ThreadError: cancel a CancelToken there.
    def shutdown
      use { |native| Native.call("dc_client_shutdown", native) }
      nil
    end

    # Frees the native client, when the calls under way have returned; later ones raise ClosedError. Any thread; in a
    # handler of Signal.trap it raises ThreadError.
    def close
      @handle.close
      nil
    end

    def inspect = "#<#{self.class}>"

    def use(&block) = @handle.use(&block) # :nodoc:
  end

  Native.load
  private_constant :Native, :Turns, :Handle, :SharedHandle, :Waiting, :Arguments
end
