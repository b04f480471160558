# frozen_string_literal: true

require "json"

constants = JSON.parse(File.read(File.join(__dir__, "lib/data_connectors/abi.json")))["constants"]

Gem::Specification.new do |spec|
  spec.name = "data_connectors"
  spec.version = constants.values_at("DC_VERSION_MAJOR", "DC_VERSION_MINOR", "DC_VERSION_PATCH").join(".")
  spec.summary = "Lists the data connectors of an Intercom workspace, through libdata_connectors"
  spec.authors = ["The libdata_connectors authors"]
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*", "README.md", "LICENSE*"] }.select { |path| File.file?(path) }
  spec.add_dependency "fiddle", "~> 1.1"
end
