# frozen_string_literal: true

module DataConnectors
  # Validates arguments that C can't represent; the library validates the rest.
  module Arguments # :nodoc: all
    private

    def reject(reason) = raise(InvalidArgumentError, reason, cause: nil)

    # No message contains the value: it may be a secret.
    def string(name, value)
      reject("invalid #{name}: use a String, not #{value.class}") unless value.is_a?(String)
      reject("invalid #{name}: contains a NUL") if value.b.include?("\0")
      value
    end

    # Rejects negative numbers, too: the library's -1 selects a default.
    def integer(name, value, allowed)
      return value if value.nil? || (value.is_a?(Integer) && value.between?(0, 2**31 - 1))

      reject("invalid #{name} #{value.inspect}: use #{allowed}")
    end

    # Returns an instance of a class, or nil.
    def instance(name, value, type)
      return value if value.nil? || value.is_a?(type)

      reject("invalid #{name}: use a #{type.name.split("::").last}, not #{value.class}")
    end
  end
end
