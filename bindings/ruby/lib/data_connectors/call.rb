# frozen_string_literal: true

module DataConnectors
  # Runs a blocking call on a separate thread, and cancels it when its caller is interrupted.
  module Call # :nodoc: all
    class << self
      # Yields the native cancel token to pass to the call.
      def run(cancel_token)
        native_token = Handle.new("cancel_token")
        Native.check("dc_cancel_token_new", native_token.slot)
        wakeups = Thread::Queue.new
        worker = nil
        begin
          cancel_token&.add(wakeups)
          Native.call("dc_cancel_token_cancel", native_token.pointer) if cancel_token&.cancelled?
          # The worker inherits the mask, so that an interrupt can't discard the result.
          Thread.handle_interrupt(Object => :never) { worker = start(wakeups) { yield native_token.pointer } }
          wakeups.pop
        ensure
          Thread.handle_interrupt(Object => :never) { finish(worker, native_token, cancel_token, wakeups) }
        end
        result(*worker.value)
      end

      private

      def start(wakeups)
        Thread.new do
          [yield, nil]
        rescue Exception => e # raised again by result
          [nil, e]
        ensure
          wakeups << true
        end
      end

      # Has no effect on a call that has returned.
      def finish(worker, native_token, cancel_token, wakeups)
        cancel_token&.remove(wakeups)
        Native.call("dc_cancel_token_cancel", native_token.pointer)
        worker&.join
        native_token.free
      end

      def result(value, error)
        return value unless error

        # The backtrace of the caller is more useful than that of the worker.
        error.set_backtrace(caller(3)) if error.is_a?(Error)
        raise error
      end
    end
  end

  # Cancels calls: pass it to them as cancel_token, and call cancel on any thread, or in a Signal.trap handler. Create
  # one for each operation that is cancelled separately. It need not be freed.
  class CancelToken
    def initialize
      @cancelled = false
      @waiting = {}.compare_by_identity
    end

    # Cancels current and later calls with this token. They raise CancelledError.
    def cancel
      @cancelled = true
      # Without a lock, which a trap handler can't acquire; each step is atomic under the GVL.
      @waiting.keys.each { |wakeups| wakeups << true }
      nil
    end

    # Returns whether cancel was called.
    def cancelled? = @cancelled

    def add(wakeups) = @waiting[wakeups] = true # :nodoc:

    def remove(wakeups) = @waiting.delete(wakeups) # :nodoc:
  end
end
