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

      # The name of the library's file on a system, as in RbConfig::CONFIG["host_os"].
      def file_name(system)
        case system
        when /mswin|mingw/ then "data_connectors.dll"
        when /darwin/ then "libdata_connectors.#{CONSTANTS["DC_ABI_VERSION"]}.dylib"
        else "libdata_connectors.so.#{CONSTANTS["DC_ABI_VERSION"]}"
        end
      end

      def load
        expected = CONSTANTS["DC_ABI_VERSION"]
        file, library = open
        @functions = Hash.new { |functions, name| functions[name] = function(library, file, name) }
        version = call("dc_abi_version")
        version == expected or raise LoadError, "#{file} has ABI version #{version}, this package requires " \
                                                "#{expected}: install matching versions"
        ABI["functions"].each_key { |name| @functions[name] }
      end

      private

      # Opens the library named by the variable, otherwise the one in this folder, otherwise the system's.
      def open
        name = file_name(RbConfig::CONFIG["host_os"])
        named, packaged = ENV.fetch(VARIABLE, ""), File.join(__dir__, name)
        file, remedy = if !named.empty? then [named, "check #{VARIABLE}, and that the library is for this platform"]
                       elsif File.exist?(packaged) then [packaged, "reinstall the package for this platform"]
                       else [name, "install libdata_connectors, or set #{VARIABLE} to its absolute path"]
                       end
        [file, Fiddle.dlopen(file)]
      rescue Fiddle::DLError => e
        raise LoadError, "could not load #{file} (#{e.message}): #{remedy}"
      end

      def function(library, file, name)
        returns, parameters = ABI["functions"][name].values_at("returns", "parameters")
        types = parameters.map { |type| TYPES[type] }
        Fiddle::Function.new(library[name], types, TYPES[returns], need_gvl: !BLOCKING.include?(name))
      rescue Fiddle::DLError
        raise LoadError, "#{file} is not libdata_connectors (it has no #{name})" if name == "dc_abi_version"

        raise LoadError, "#{file} has no #{name} (older than this package): install a newer version"
      end
    end
  end
end
