# frozen_string_literal: true

module DataConnectors
  # Keeps its position, as an IO does: each continues after a break, a failure or an interrupted call. Calls on a shared
  # iterator are serialized.
  class Iterator
    include Enumerable

    # The cursor of the page that is requested next: store it to resume later with starting_after. nil before the
    # first page (unless the iterator was created with a cursor) and after the last one.
    attr_reader :cursor

    def initialize(client, per_page, starting_after, cancel_token, prefetch) # :nodoc:
      @client = client
      @cancel_token = cancel_token
      @cursor = starting_after
      @pager = SharedHandle.new("pager", "iterator")
      client.use { |native| Native.check("dc_pager_new", native, per_page, starting_after, @pager.slot) }
      Native.check("dc_pager_set_prefetch", @pager.pointer, prefetch ? 1 : 0)
      @lock = Lock.new
      @page = nil
      @done = false
    end

    # Yields each item that remains.
    def each
      return enum_for unless block_given?

      while (item = @lock.synchronize { advance })
        yield item
      end
      self
    end

    # Returns the next item; raises StopIteration after the last one. An interrupt during the return can lose the item,
    # unless it is masked with Thread.handle_interrupt(… => :on_blocking).
    def next = @lock.synchronize { advance } || raise(StopIteration, "no more items")

    # Frees the iterator. Otherwise this happens at the end of the list, or by garbage collection.
    def close
      @pager.close
      nil
    end

    def inspect = "#<#{self.class} cursor=#{cursor.inspect}>"

    private

    def advance
      fetch unless @page || @done
      page = @page
      @page = nil
      @cursor = page&.next_cursor
      page
    end

    # The worker stores the page, so that it is kept if its caller is interrupted.
    def fetch
      Call.run(@cancel_token) do |native_token|
        @client.use { @pager.use { |pager| request(pager, native_token) } }
      end
      @pager.close if @done
    end

    def request(pager, native_token)
      page = Handle.new("page")
      status = Native.check("dc_pager_next", pager, native_token, page.slot)
      status == STATUSES["DC_DONE"] ? @done = true : @page = Page.new(page.pointer)
    ensure
      page&.free
    end
  end

  # Iterates over pages; see Client#pages.
  class Pages < Iterator; end

  # Iterates over connectors, and requests pages as they are needed; see Client#list.
  class Connectors < Iterator
    private

    def advance
      @rest ||= []
      while @rest.empty?
        page = super or return nil
        @rest = page.connectors.dup
      end
      @rest.shift
    end
  end
end
