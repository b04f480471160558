# frozen_string_literal: true

module DataConnectors
  # Works around a lost wake-up in Ruby 3.1: if the thread that a Mutex wakes is interrupted, no other waiter is woken.
  class Lock # :nodoc: all
    def initialize
      @mutex = Mutex.new
    end

    def synchronize
      acquired = false
      @mutex.synchronize do
        acquired = true
        yield
      end
    ensure
      Thread.handle_interrupt(Object => :never) { @mutex.unlock if @mutex.try_lock } unless acquired
    end
  end

  # A native handle, in memory that a native call writes it to. The garbage collector frees it if nothing else did, so
  # that an interrupt between two lines leaks nothing.
  class Handle # :nodoc: all
    attr_reader :slot

    def initialize(kind, pointer = nil)
      @kind = kind
      @slot = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      @slot[0, Fiddle::SIZEOF_VOIDP] = [pointer.to_i].pack("J")
      ObjectSpace.define_finalizer(self, Handle.finalizer(kind, @slot))
    end

    # A closure that an instance creates would keep that instance alive.
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

  # A handle that several threads use. After close, the last call that uses it frees it.
  class SharedHandle < Handle # :nodoc: all
    def initialize(kind, name)
      super(kind)
      @name = name
      @lock = Lock.new
      @users = 0
      @closed = false
    end

    # Masks interrupts, which could otherwise skip the decrement. Blocking calls run on a separate thread.
    def use
      Thread.handle_interrupt(Object => :never) do
        @lock.synchronize do
          raise ClosedError, "the #{@name} is closed" if @closed

          @users += 1
        end
        begin
          yield pointer
        ensure
          @lock.synchronize { free if (@users -= 1).zero? && @closed }
        end
      end
    end

    def close
      @lock.synchronize do
        @closed = true
        free if @users.zero?
      end
    end
  end
end
