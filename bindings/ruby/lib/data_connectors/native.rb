# frozen_string_literal: true

require "fiddle"
require "json"

module DataConnectors
  # The native library: finds, checks and calls it.
  module Native # :nodoc: all
    # The constants, fields and functions of the C header.
    ABI = JSON.parse(File.read(File.join(__dir__, "abi.json")), freeze: true)
    CONSTANTS = ABI["constants"]
    VARIABLE = "DATA_CONNECTORS_LIBRARY"
    RATE_LIMIT = %i[rate_limit rate_limit_remaining rate_limit_reset].freeze
    TYPES = Hash.new(Fiddle::TYPE_VOIDP).merge(
      "void" => Fiddle::TYPE_VOID, "dc_status" => Fiddle::TYPE_INT32_T, "int32_t" => Fiddle::TYPE_INT32_T,
      "int64_t" => Fiddle::TYPE_INT64_T, "size_t" => Fiddle::TYPE_SIZE_T, "const char *" => Fiddle::TYPE_CONST_STRING
    )
    # Functions that may wait, read files or take long release the GVL; for the others releasing it costs more than the
    # call.
    BLOCKING = %w[dc_list_page dc_pager_next dc_pager_free dc_snapshot_take dc_snapshot_load dc_snapshot_diff
                  dc_client_new dc_config_set_string].freeze

    class << self
      def call(name, *arguments) = @functions[name].call(*arguments)

      # Calls a function that can fail; returns its status, or raises its error.
      def check(name, *arguments)
        error = Handle.new("error")
        status = call(name, *arguments, error.slot)
        status.negative? ? raise(Error.from(status, error.pointer)) : status
      ensure
        error&.free
      end

      # Calls an accessor; returns nil if the value is absent.
      def read(name, *arguments)
        value = call(name, *arguments)
        case value
        when String then value.force_encoding(Encoding::UTF_8).freeze
        when Integer then value unless value.negative?
        end
      end

      # Reads attributes of an error or a page, and its rate limit.
      def attributes(kind, handle, names)
        cells = Fiddle::Pointer.malloc(24, Fiddle::RUBY_FREE)
        call("dc_#{kind}_rate_limit", handle, cells, cells + 8, cells + 16)
        numbers = cells[0, 24].unpack("q3").map { |number| number unless number.negative? }
        names.to_h { |name| [name, read("dc_#{kind}_#{name}", handle)] }.merge(RATE_LIMIT.zip(numbers).to_h)
      end

      def load
        expected = CONSTANTS["DC_ABI_VERSION"]
        file = ENV.fetch(VARIABLE, "")
        file = "libdata_connectors.so.#{expected}" if file.empty?
        library = open(file)
        @functions = Hash.new { |functions, name| functions[name] = function(library, file, name) }
        version = call("dc_abi_version")
        version == expected or raise LoadError, "#{file} has ABI version #{version}: install one with #{expected}"
        ABI["functions"].each_key { |name| @functions[name] }
      end

      private

      def open(file)
        Fiddle.dlopen(file)
      rescue Fiddle::DLError => e
        raise LoadError, "could not load libdata_connectors (#{e.message}): install the library (make install, " \
                         "ldconfig), or set #{VARIABLE} to its path"
      end

      def function(library, file, name)
        returns, parameters = ABI["functions"][name].values_at("returns", "parameters")
        types = parameters.map { |type| TYPES[type] }
        Fiddle::Function.new(library[name], types, TYPES[returns], need_gvl: !BLOCKING.include?(name))
      rescue Fiddle::DLError
        raise LoadError, "#{file} is not libdata_connectors, or older than this gem: it has no #{name}"
      end
    end
  end
end
