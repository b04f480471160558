# frozen_string_literal: true

module DataConnectors
  # All connectors of a workspace, even if they change meanwhile: Client#snapshot takes one.
  # Enumerable over its connectors. It never changes, and is thread-safe.
  class Snapshot
    include Enumerable
    extend Arguments
    include Arguments

    STATES = %w[incomplete complete refreshed].freeze # DC_SNAPSHOT_INCOMPLETE is 0
    private_constant :STATES

    # state: "complete": every connector is in it, and those that were deleted before it was taken are not. "refreshed":
    # the same, but connectors that were deleted since the previous snapshot may still be in it. "incomplete": see
    # reason, which is nil otherwise. "unknown": one that this version does not know. as_of_ms: the time, by the
    # service's clock, of the list that it has, in milliseconds since the Unix epoch; nil if no pass over the list was
    # finished.
    attr_reader :state, :reason, :as_of_ms

    # Loads a snapshot from its json, such as from a file. Raises InvalidArgumentError.
    def self.load(json)
      json = string("json", json).dup # another thread may change the argument meanwhile
      new { |slot| Native.check("dc_snapshot_load", json, json.bytesize, slot) }
    end

    # Yields the place for the native snapshot.
    def initialize # :nodoc:
      @handle = SharedHandle.new("snapshot", "snapshot")
      yield @handle.slot
      @state = STATES.fetch(Native.call("dc_snapshot_state", @handle.pointer), "unknown")
      @reason = Native.read("dc_snapshot_reason", @handle.pointer)
      @as_of_ms = Native.read("dc_snapshot_as_of_ms", @handle.pointer)
    end

    # Returns whether the state is complete: connectors that were deleted before it was taken are not in it.
    def complete? = state == "complete"

    # The connectors, most recently updated first: a frozen Array. Created at first use, and kept.
    def connectors
      @connectors ||= Connector.all(read("dc_page_packed_rows", Native::CONSTANTS["DC_PACKED_JSON"], nil), json)
    end

    # The stored form, for Snapshot.load: the rows as the service sent them. Not kept.
    def json = read("dc_page_json")

    # Yields each connector.
    def each(&block) = block ? (connectors.each(&block) && self) : connectors.each

    # The number of connectors. Does not create them.
    def size = @connectors ? @connectors.size : read("dc_page_count")

    # Compares it with an older snapshot of the workspace. Returns a Hash: "added", an Array of rows; "changed", an
    # Array of Hashes with the "id", the names of the changed "fields", and the rows "old" and "new"; "removed", an
    # Array of rows, or nil, unknown, if this snapshot is not complete, or its as_of_ms is earlier than that of the other.
    # Connectors that an incomplete older snapshot lacks may be in "added". If this snapshot is incomplete, additions and
    # changes may be missing. A row is a Hash, as JSON.parse returns it: long decimals lose precision. Raises
    # InvalidArgumentError.
    def diff(older)
      reject("invalid older: use a Snapshot, not #{older.class}") unless older.is_a?(Snapshot)
      diff = Handle.new("diff")
      use { |newer| older.use { |native| Native.check("dc_snapshot_diff", newer, native, diff.slot) } }
      JSON.parse(Native.read("dc_diff_json", diff.pointer, nil), max_nesting: false)
    ensure
      diff&.free
    end

    # Frees the native memory; otherwise the garbage collector does. Connectors that were used before remain; json, diff
    # and a first use of the connectors then raise ClosedError.
    def close
      @handle.close
      nil
    end

    def inspect = "#<#{self.class} state=#{state} reason=#{reason.inspect} as_of_ms=#{as_of_ms.inspect}>"

    def use(&block) = @handle.use(&block) # :nodoc:

    private

    def read(accessor, *arguments)
      use { |native| Native.read(accessor, Native.call("dc_snapshot_page", native), *arguments) }
    end
  end
end
