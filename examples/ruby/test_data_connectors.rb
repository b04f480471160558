# frozen_string_literal: true

# The tests of the wrapper itself; what the library does is tested by tests/conformance. They want
# DATA_CONNECTORS_LIBRARY, and the project's sandbox as DC_TEST_SANDBOX.

require "json"
require "minitest/autorun"
require "open3"
require "socket"
require "timeout"
require "tmpdir"
require "yaml"
require_relative "data_connectors"

ROOT = File.expand_path("../..", __dir__)
TOKEN = "canary-4f1c9be2-ruby"

# A server that accepts, and never answers.
SILENT = TCPServer.new("127.0.0.1", 0)
SILENT_URL = "http://127.0.0.1:#{SILENT.local_address.ip_port}"

SANDBOX = IO.popen([ENV.fetch("DC_TEST_SANDBOX"), "--connectors", "120"], err: File::NULL)
SANDBOX_URL = SANDBOX.gets.chomp
Minitest.after_run { Process.kill(:TERM, SANDBOX.pid) }

# What the tests have in common.
class WrapperTest < Minitest::Test
  def client(**settings) = DataConnectors::Client.new(token: TOKEN, base_url: SANDBOX_URL, **settings)
  def silent(**settings) = client(base_url: SILENT_URL, **settings)

  def took
    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
  end

  def descriptors = Dir.children("/proc/self/fd").size
  def resident_mib = File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i / 1024

  def ruby(program, *arguments, **environment)
    wrapper = File.join(__dir__, "data_connectors.rb")
    Open3.capture3(environment.transform_keys(&:to_s), "ruby", "-r", wrapper, "-e", program, *arguments)
  end
end

class TableTest < WrapperTest
  ABI = JSON.parse(File.read(File.join(ROOT, "abi", "data_connectors.json")))

  def test_each_function_is_as_the_header_has_it
    DataConnectors.const_get(:Native)::FUNCTIONS.each do |name, (returns, parameters)|
      assert_equal ABI["functions"][name].except("since"), { "parameters" => parameters, "returns" => returns }, name
    end
  end

  def test_each_status_is_as_the_header_has_it
    statuses = ABI["constants"].select { |name, _| name.match?(/\ADC_(OK|DONE|ERR_\w+)\z/) }
    assert_equal statuses, DataConnectors::STATUSES
    assert_equal statuses.values.select(&:negative?).sort, DataConnectors::ERRORS.keys.sort
    assert_equal ABI["constants"]["DC_ABI_VERSION"], DataConnectors.const_get(:Native)::ABI_VERSION
    assert_equal ABI["constants"]["DC_PACKED_SEPARATED"], DataConnectors.const_get(:Native)::PACKED_SEPARATED
  end

  def test_each_option_of_the_library_has_an_argument
    arguments = DataConnectors.const_get(:Arguments)
    names = arguments::SETTINGS.keys.map { |name| arguments.native_name(name) }
    assert_equal ABI["options"].map { |option| option["name"] }.sort, names.sort
    pairs = ABI["options"].filter_map { |option| [option["name"], option["replaces"]].sort if option["replaces"] }
    assert_equal pairs.uniq.sort, arguments::EITHER.map(&:sort).sort
  end
end

class LoadTest < WrapperTest
  def refusal(library)
    _, complaint, status = ruby("", DATA_CONNECTORS_LIBRARY: library)
    refute_predicate status, :success?
    complaint
  end

  def test_a_library_that_is_not_there_or_another
    assert_match(%r{/no/such.so.*install the library .*DATA_CONNECTORS_LIBRARY}, refusal("/no/such.so"))
    assert_includes refusal("libc.so.6"), "is not libdata_connectors"
  end

  def test_a_library_of_another_abi_version_or_without_a_function
    assert_includes refusal_with_abi_version(2), "has ABI version 2: 1 is needed"
    assert_includes refusal_with_abi_version(1), "is older than this file: it lacks dc_error_status"
  end

  def refusal_with_abi_version(version)
    Dir.mktmpdir do |folder|
      library = File.join(folder, "other.so")
      source = "int dc_abi_version(void) { return #{version}; }"
      assert system("sh", "-c", 'echo "$0" | cc -shared -fPIC -x c - -o "$1"', source, library)
      refusal(library)
    end
  end
end

class ProgramTest < WrapperTest
  def list(token, *arguments)
    Open3.capture3({ "INTERCOM_ACCESS_TOKEN" => token }, "ruby", File.join(__dir__, "list_connectors.rb"), *arguments)
  end

  def test_lists_connectors_or_prints_the_error_and_exits_with_1
    listed, complaint, status = list(TOKEN, "--base-url", SANDBOX_URL, "--per-page", "50")
    assert_equal [120, "12345 live Order Status Service\n", "", 0],
                 [listed.lines.size, listed.lines.first, complaint, status.exitstatus]
    listed, complaint, status = list(nil)
    assert_equal ["", 1], [listed, status.exitstatus]
    assert_match(/\Alist_connectors.rb: missing access_token/, complaint)
  end
end

class SecretsTest < WrapperTest
  def test_the_token_shows_up_nowhere
    made = client(proxy: "http://user:#{TOKEN}@127.0.0.1:1", no_proxy: "*")
    error = assert_raises(DataConnectors::BadRequestError) { made.list_page(starting_after: "nonsense") }
    refused = assert_raises(DataConnectors::Error) { client(token: "Bearer #{TOKEN}") }
    mistyped = assert_raises(DataConnectors::Error) { client(token: [TOKEN]) }
    binary = assert_raises(DataConnectors::Error) { client(token: "#{TOKEN}\xFF".b) }
    shown = [made, made.pages, made.connectors, error, refused, mistyped, binary].flat_map { |thing| faces(thing) }
    refute_includes shown.join, TOKEN
  end

  # All that is reached by instance variables, and what a program may print.
  def faces(thing)
    inner = parts(thing)
    printed = [thing.inspect, thing.to_s, JSON.generate([thing]), YAML.dump(thing)]
    printed << thing.full_message << YAML.dump(thing.cause) if thing.is_a?(Exception)
    printed + (inner + inner.flat_map { |part| parts(part) }).map(&:inspect)
  end

  def parts(thing) = thing.instance_variables.map { |name| thing.instance_variable_get(name) }
end

class ArgumentsTest < WrapperTest
  def test_refuses_an_unknown_option_and_lists_the_known_ones
    error = assert_raises(DataConnectors::InvalidArgumentError) { client(timeout: 3) }
    assert_match(/unknown option :timeout: use token, region, base_url.*timeout_ms/, error.message)
  end

  def test_what_c_would_misread_is_refused
    { per_page: [2**40, 1.5, "1", false, 0], starting_after: ["a\0b", "\xFF", 1, ""], cancel: [true] }
      .each { |name, values| values.each { |value| refused { client.list_page(name => value) } } }
    { max_retries: [2**32, 2**64, 1.0], timeout_ms: [2**64, "1"], wait_for_rate_limit: [1, "yes"],
      region: [:eu, "eu\0"], token: ["", nil], ca_file: [1] }
      .each { |name, values| values.each { |value| refused { client(name => value) } } }
    refused { client.pages(prefetch: 1) }
  end

  def test_refuses_options_that_replace_each_other
    assert_match(/region and base_url replace each other/, refused { client(region: "eu") }.message)
    assert_match(/replace each other/, refused { client(options: { "region" => "eu" }) }.message)
    assert_match(/replace each other/, refused { client(ca_file: "/no/such", system_roots: true) }.message)
    assert_match(/could not read/, refused { client(ca_file: "/no/such", system_roots: false) }.message)
  end

  def test_sets_options_by_name
    assert_equal 20, client(options: { "timeout_ms" => "5000", "wait_for_rate_limit" => "true" }).list_page.size
    assert_match(/did you mean timeout_ms/, refused { client(options: { "timeout_m" => "1" }) }.message)
    assert_match(/invalid timeout_ms 0/, refused { client(options: { "timeout_ms" => "0" }) }.message)
    assert_match(/set twice/, refused { client(options: { "access_token" => "x" }) }.message)
    [true, { timeout_ms: "1" }, { "timeout_ms" => 1 }].each { |options| refused { client(options: options) } }
  end

  def refused(&block) = assert_raises(DataConnectors::InvalidArgumentError, &block)

  def test_nil_is_as_good_as_none
    assert_equal 20, client(timeout_ms: nil, proxy: nil, wait_for_rate_limit: nil).list_page(per_page: nil).size
  end

  def test_a_page_says_whether_another_is_behind_it
    assert_equal [true, true, false], client.pages(per_page: 50).map(&:has_next?)
  end

  def test_what_is_given_is_frozen
    page = client.list_page(per_page: 1)
    row = page.first
    assert [page, page.connectors, page.json, row, row.name, row.json].all?(&:frozen?)
    assert_equal row.name, JSON.parse(row.json)["name"]
    assert_equal Encoding::UTF_8, row.name.encoding
  end
end

class ClosingTest < WrapperTest
  def test_what_is_closed_says_so
    made = client
    walk = made.pages
    2.times { made.close }
    [-> { made.list_page }, -> { made.pages }, -> { walk.next_page }, -> { made.shutdown }].each do |use|
      assert_match(/the client is closed/, assert_raises(DataConnectors::ClosedError, &use).message)
    end
  end

  def test_a_walk_that_is_closed_says_so
    2.times { (@walk ||= client.connectors).close }
    assert_match(/the walk is closed/, assert_raises(DataConnectors::ClosedError) { @walk.first }.message)
  end

  def test_closing_during_calls_waits_for_none_and_frees_after_the_last
    made = silent(timeout_ms: 1500, max_retries: 0)
    calls = Array.new(4) { Thread.new { assert_raises(DataConnectors::TimeoutError) { made.list_page } } }
    sleep 0.2
    assert_operator took { made.close }, :<, 0.8
    calls.each(&:join)
    assert_raises(DataConnectors::ClosedError) { made.list_page }
  end

  # It comes between the count that goes up and the one that goes down.
  def test_an_interrupt_of_a_use_keeps_no_handle_from_being_freed
    made = client
    handle = made.instance_variable_get(:@handle)
    turns = handle.instance_variable_get(:@turns)
    class << turns
      def take
        super.tap { Thread.current.raise(Interrupt) unless @came.tap { @came = true } }
      end
    end
    assert_raises(Interrupt) { made.shutdown }
    made.close
    assert_predicate handle.pointer, :null?
  end

  def test_what_nobody_closed_is_freed_by_the_garbage_collector
    client.list_page
    before = descriptors
    20.times { client.connectors(prefetch: true, per_page: 10).first }
    GC.start
    assert_operator descriptors, :<, before + 10
  end
end

class InterruptTest < WrapperTest
  def test_a_timeout_of_rubys_ends_a_call
    assert_operator took { assert_raises(Timeout::Error) { Timeout.timeout(0.2) { silent.list_page } } }, :<, 3
  end

  def test_killing_a_thread_ends_its_call
    thread = Thread.new { silent.list_page }
    sleep 0.2
    assert_operator took { thread.kill.join }, :<, 3
  end

  def test_ctrl_c_ends_a_call
    program = <<~RUBY
      Signal.trap(:INT, "DEFAULT") # a shell has it ignored in what it runs in the background
      begin
        Thread.new { sleep 0.3; Process.kill(:INT, $$) }
        DataConnectors::Client.new(token: "t", base_url: ARGV[0]).list_page
      rescue Interrupt
        puts "interrupted"
      end
    RUBY
    time = took { assert_equal ["interrupted\n", ""], ruby(program, SILENT_URL).first(2) }
    assert_operator time, :<, 5
  end

  def test_a_program_that_ends_does_not_wait_for_calls
    program = 'Thread.new { DataConnectors::Client.new(token: "t", base_url: ARGV[0]).list_page }; sleep 0.3'
    assert_operator took { assert_empty ruby(program, SILENT_URL)[1] }, :<, 5
  end

  def test_a_trap_handler_cancels_or_lets_the_call_go_on
    cancel = DataConnectors::CancelToken.new
    signals = 0
    before = Signal.trap(:USR1) { cancel.cancel if (signals += 1) == 3 }
    Thread.new { 3.times { sleep(0.1) && Process.kill(:USR1, Process.pid) } }
    assert_raises(DataConnectors::CancelledError) { silent.list_page(cancel: cancel) }
    assert_equal 3, signals
  ensure
    Signal.trap(:USR1, before)
  end

  class Nudge < StandardError; end

  # Threads walk on whatever interrupts their waits; elsewhere an interrupt may come between a page and its taker.
  def test_interrupts_lose_no_page_of_a_walk_that_threads_share
    walk = client.pages(per_page: 1)
    taken = Thread::Queue.new
    interrupts = 0
    walkers = Array.new(4) do
      Thread.new do
        Thread.handle_interrupt(Nudge => :on_blocking) do
          while (page = walk.next_page)
            taken << page.first.id
          end
        rescue Nudge
          interrupts += 1
          retry
        end
      end
    end
    sleep(rand / 1000) && walkers.sample.raise(Nudge) while walkers.any?(&:alive?)
    assert_equal client.connectors.map(&:id).sort, Array.new(taken.size) { taken.pop }.sort
    assert_operator interrupts, :>, 0
  end
end

class ForkTest < WrapperTest
  def test_both_sides_of_a_fork_use_the_client
    made = client
    walk = made.pages(per_page: 50)
    walk.next_page
    child = fork { exit!(walk.map(&:size) == [50, 20] && made.list_page.size == 20) }
    assert_equal [50, 20], walk.map(&:size)
    assert_predicate Process.wait2(child)[1], :success?
  end
end

class LeakTest < WrapperTest
  PAGES = Integer(ENV.fetch("DC_TEST_PAGES", "2000"))

  def test_pages_failures_and_walks_leave_nothing
    made = client
    round(made, PAGES / 10)
    before = [resident_mib, descriptors]
    round(made, PAGES)
    after = [resident_mib, descriptors]
    puts "#{PAGES} pages: #{before[0]} -> #{after[0]} MiB, #{before[1]} -> #{after[1]} descriptors"
    assert_operator after[0] - before[0], :<, 32
    assert_operator after[1] - before[1], :<, 32
  end

  def round(made, pages)
    (pages / 4).times do
      made.list_page(per_page: 50)
      made.connectors(per_page: 50, prefetch: true).first(60)
      assert_raises(DataConnectors::BadRequestError) { made.list_page(starting_after: "nonsense") }
      client.close
    end
    GC.start
  end
end
